"use strict";
// Draws what /status.json tells.  Every text of ours is in TEXTS; a device's words are set as text, never as HTML.
const EVERY_MS = 15000, STALE_MS = 90000, SVG = "http://www.w3.org/2000/svg";
const ORDER = ["down", "cut", "degraded", "unknown", "planned", "up"];
const SIGN = { up: "●", degraded: "◐", down: "✖", cut: "◌", planned: "◇", unknown: "?" };
const TEXTS = {
  vi: {
    other: "English", up: "hoạt động", degraded: "suy giảm", down: "mất kết nối", cut: "bị cô lập từ phía trên", planned: "bảo trì theo kế hoạch",
    unknown: "chưa biết", all: "mọi trạng thái", search: "Tìm đơn vị, kênh, phòng họp, thiết bị …",
    at: "Số liệu lúc", stale: "Số liệu cũ, từ lúc", silent: "Không lấy được số liệu", links: "Kênh truyền",
    rooms: "Phòng họp", services: "Dịch vụ", devices: "Thiết bị", findings: "Phát hiện kiểm tra", yes: "có", no: "không",
    registered: "đăng ký", answering: "trả lời", carrier: "Nhà mạng", rate: "Tốc độ", rtt: "Trễ khứ hồi", loss: "Mất gói",
    state: "Trạng thái", name: "Tên", none: "không có", close: "Đóng", clean: "không có phát hiện", never: "chưa kiểm tra",
    critical: "nghiêm trọng", high: "cao", medium: "trung bình", low: "thấp", errors: "không đánh giá được",
    drift: "dòng lệch", users: "người dùng", nothing: "Không tìm thấy gì", primary: "chính", backup: "dự phòng",
    limit: "cam kết", zoom: ["Phóng to", "Thu nhỏ", "Toàn tỉnh"],
  },
  en: {
    other: "Tiếng Việt", up: "up", degraded: "degraded", down: "down", cut: "cut off upstream", planned: "planned work",
    unknown: "not known", all: "every state", search: "Find a site, circuit, room, device …",
    at: "As of", stale: "Old figures, from", silent: "No figures could be had", links: "Circuits",
    rooms: "Rooms", services: "Services", devices: "Devices", findings: "Audit findings", yes: "yes", no: "no",
    registered: "registered", answering: "answering", carrier: "Carrier", rate: "Rate", rtt: "Round trip", loss: "Loss",
    state: "State", name: "Name", none: "none", close: "Close", clean: "none found", never: "not audited",
    critical: "critical", high: "high", medium: "medium", low: "low", errors: "could not be judged",
    drift: "lines of drift", users: "users", nothing: "Nothing found", primary: "primary", backup: "backup",
    limit: "promised", zoom: ["Closer", "Farther", "The whole province"],
  },
};
const at = (id) => document.getElementById(id);
const chart = JSON.parse(at("chart").textContent);
const svg = document.querySelector("svg");
const whole = [0, 0, chart.width, chart.height];
let data = null, got = 0, view = [...whole], lang = "vi", drawn = false;
try { lang = localStorage.getItem("lang") || (navigator.language.startsWith("vi") ? "vi" : "en"); } catch { /* private */ }
const say = (word) => TEXTS[lang][word] ?? word;

function made(tag, attributes = {}, ...inside) {
  const element = tag in { path: 0, line: 0, circle: 0, g: 0, title: 0 } ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...inside.filter((each) => each !== null));
  return element;
}
const mark = (state) => made("span", { class: `mark ${state}` }, `${SIGN[state] ?? ""} ${say(state)}`.trim());
const truth = (value) => value === null ? mark("unknown") : made("span", { class: `mark ${value ? "yes" : "no"}` }, say(value ? "yes" : "no"));
const instant = (text) => new Date(text).toLocaleString(lang === "vi" ? "vi-VN" : "en-GB", { dateStyle: "short", timeStyle: "medium" });
const milliseconds = (seconds) => seconds === null ? "—" : `${(seconds * 1000).toLocaleString(lang, { maximumFractionDigits: 1 })} ms`;
const percent = (ratio) => ratio === null ? "—" : `${(ratio * 100).toLocaleString(lang, { maximumFractionDigits: 1 })} %`;
const flat = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").replace(/đ/gi, "d").toLowerCase();

// ── the map ──
function draw() {
  svg.replaceChildren(made("g", { id: "land" }, ...chart.outlines.map((one) =>
    made("path", { class: "land", d: one.path, "fill-rule": "evenodd" }, made("title", {}, one.name)))),
    made("g", { id: "lines" }), made("g", { id: "sites" }));
  drawn = true;
}
function paint() {
  if (!drawn) draw();
  const sites = new Map(data.sites.map((site) => [site.code, site]));
  const worstLast = (a, b) => ORDER.indexOf(b.state) - ORDER.indexOf(a.state);
  at("lines").replaceChildren(...[...data.circuits].sort(worstLast).map((one) => {
    const [near, far] = [sites.get(one.upstream), sites.get(one.site)];
    const bend = (one.order - 1) * 14, [dx, dy] = [far.x - near.x, far.y - near.y], long = Math.hypot(dx, dy) || 1;
    const [mx, my] = [(near.x + far.x) / 2 - dy / long * bend, (near.y + far.y) / 2 + dx / long * bend];
    return made("path", { class: `line ${one.state} ${one.order > 1 ? "backup" : ""}`, "data-id": one.id,
      d: `M${near.x} ${near.y}Q${mx} ${my} ${far.x} ${far.y}` }, made("title", {}, `${one.id}: ${say(one.state)}`));
  }));
  const closer = Math.sqrt(view[2] / chart.width);
  at("sites").replaceChildren(...[...data.sites].sort(worstLast).map((site) => made("circle", {
    class: `site ${site.state} ${site.code === chosen() ? "chosen" : ""}`, "data-site": site.code, cx: site.x, cy: site.y,
    r: ({ datacenter: 9, district: 7 }[site.kind] ?? 4) * closer, onclick: () => open(site.code),
  }, made("title", {}, `${site.name}: ${say(site.state)}`))));
}
function look(next) {
  const width = Math.min(Math.max(next[2], chart.width / 25), chart.width), height = width * chart.height / chart.width;
  const within = (value, size, most) => Math.min(Math.max(value, -size / 2), most - size / 2);
  view = [within(next[0], width, chart.width), within(next[1], height, chart.height), width, height];
  svg.setAttribute("viewBox", view.join(" "));
  if (data) paint();
}
function zoom(factor, x = view[0] + view[2] / 2, y = view[1] + view[3] / 2) {
  look(factor ? [x - (x - view[0]) * factor, y - (y - view[1]) * factor, view[2] * factor] : whole);
}
const fingers = new Map();
function place(event) {
  const box = svg.getBoundingClientRect(), scale = Math.max(view[2] / box.width, view[3] / box.height);
  return [view[0] + view[2] / 2 + (event.clientX - box.left - box.width / 2) * scale,
    view[1] + view[3] / 2 + (event.clientY - box.top - box.height / 2) * scale];
}
const spread = () => { const [a, b] = [...fingers.values()]; return Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY); };
svg.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, ...place(event)); }, { passive: false });
svg.addEventListener("pointerdown", (event) => fingers.set(event.pointerId, event));
svg.addEventListener("pointermove", (event) => {
  if (!fingers.has(event.pointerId)) return;
  const before = fingers.get(event.pointerId), apart = fingers.size === 2 ? spread() : 0, [x, y] = place(before), [nx, ny] = place(event);
  fingers.set(event.pointerId, event);
  if (apart) zoom(apart / spread(), nx, ny);
  else look([view[0] + x - nx, view[1] + y - ny, view[2]]);
});
for (const end of ["pointerup", "pointercancel", "pointerleave"]) svg.addEventListener(end, (event) => fingers.delete(event.pointerId));
for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", () => zoom(Number(button.dataset.zoom)));

// ── the list, and one site ──
const chosen = () => decodeURIComponent(location.hash.replace(/^#site\//, "")) || null;
const open = (code) => { location.hash = `site/${encodeURIComponent(code)}`; };
function words(site) {
  const of = (kind, ...keys) => data[kind].filter((one) => one.site === site.code).flatMap((one) => keys.map((key) => one[key]));
  return flat([site.code, site.name, ...of("circuits", "id", "carrier"), ...of("rooms", "id", "name"), ...of("devices", "name"), ...of("services", "name")].join(" "));
}
function list() {
  const wanted = flat(at("words").value.trim()).split(/\s+/), state = at("state").value;
  const found = data.sites.filter((site) => (!state || site.state === state) && wanted.every((word) => words(site).includes(word)))
    .sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  at("list").replaceChildren(...found.map((site) => made("li", {}, made("button", { type: "button", "data-site": site.code, onclick: () => open(site.code) },
    mark(site.state), made("span", { class: "name" }, site.name), made("span", { class: "dim" }, site.code)))));
  if (!found.length) at("list").append(made("li", { class: "dim" }, say("nothing")));
}
function table(title, heads, rows) {
  const body = rows.length ? made("div", { class: "scroll" }, made("table", {},
    made("thead", {}, made("tr", {}, ...heads.map((head) => made("th", { scope: "col" }, head)))),
    made("tbody", {}, ...rows.map((row) => made("tr", {}, ...row.map((cell) => made("td", {}, cell))))))) : made("p", { class: "dim" }, say("none"));
  return [made("h3", {}, title), body];
}
function findings(site) {
  const told = Object.entries(site.findings).filter(([, many]) => many).map(([severity, many]) => `${many} ${say(severity)}`);
  if (site.errors) told.push(`${site.errors} ${say("errors")}`);
  return told.length ? told.join(", ") : say(Object.keys(site.findings).length ? "clean" : "never");
}
function detail() {
  const site = data.sites.find((one) => one.code === chosen()), of = (kind) => data[kind].filter((one) => one.site === site.code);
  at("detail").hidden = !site;
  if (!site) return;
  at("detail").replaceChildren(
    made("h2", {}, site.name), made("p", {}, mark(site.state), ` · ${site.code} · ${site.users} ${say("users")}`),
    ...table(say("links"), [say("name"), say("state"), say("carrier"), say("rate"), say("rtt"), say("loss")], of("circuits").map((one) => [
      `${one.id} (${say(one.order > 1 ? "backup" : "primary")})`, mark(one.state), `${one.carrier} · ${one.kind}`, `${one.down_mbps}/${one.up_mbps} Mbit/s`,
      `${milliseconds(one.rtt_s)} (${say("limit")} ${milliseconds(one.rtt_limit_s)})`, percent(one.loss_ratio)])),
    ...table(say("rooms"), [say("name"), say("registered"), say("answering")], of("rooms").map((one) => [one.name, truth(one.registered), truth(one.answering)])),
    ...table(say("services"), [say("name"), say("state")], of("services").map((one) => [`${one.kind} ${one.name} · ${one.device}`, mark(one.up ? "up" : "down")])),
    ...table(say("devices"), [say("name"), say("state"), ""], of("devices").map((one) => [`${one.name} · ${one.role}`, mark(one.up === null ? "unknown" : one.up ? "up" : "down"),
      one.drift_lines ? `${one.drift_lines} ${say("drift")}` : ""])),
    made("h3", {}, say("findings")), made("p", {}, findings(site)),
    made("button", { type: "button", id: "close", onclick: () => { location.hash = ""; } }, say("close")));
}

// ── all of it, again and again ──
function show() {
  document.documentElement.lang = lang;
  at("language").textContent = say("other");
  at("words").placeholder = say("search");
  at("words").setAttribute("aria-label", say("search"));
  at("state").setAttribute("aria-label", say("state"));
  const state = at("state").value;
  at("state").replaceChildren(made("option", { value: "" }, say("all")), ...ORDER.map((each) => made("option", { value: each }, say(each))));
  at("state").value = state;
  at("legend").replaceChildren(...ORDER.map(mark));
  document.querySelectorAll("[data-zoom]").forEach((button, number) => button.setAttribute("aria-label", say("zoom")[number]));
  const old = data && Date.now() - got > STALE_MS;
  at("when").className = old || !data ? "stale" : "";
  at("when").textContent = data ? `${say(old ? "stale" : "at")} ${instant(data.time)}` : say("silent");
  if (!data) return;
  at("tiles").replaceChildren(...ORDER.map((each) => made("li", { class: each, "data-state": each }, made("b", {}, String(data.sites.filter((site) => site.state === each).length)), mark(each))));
  const held = document.activeElement?.closest("#list button")?.dataset.site;
  paint(); list(); detail();
  if (held) document.querySelector(`#list [data-site="${CSS.escape(held)}"]`)?.focus();
}
async function refresh() {
  try {
    const answer = await fetch("status.json", { cache: "no-store" });
    if (answer.ok) { data = await answer.json(); got = Date.now(); }
  } catch { /* the page says that its figures are old */ }
  show();
}
at("language").addEventListener("click", () => { lang = lang === "vi" ? "en" : "vi"; try { localStorage.setItem("lang", lang); } catch { /* private */ } show(); });
for (const [id, event] of [["words", "input"], ["state", "change"]]) at(id).addEventListener(event, () => data && list());
addEventListener("hashchange", () => { if (data) { paint(); detail(); if (chosen()) at("detail").focus(); } });
addEventListener("keydown", (event) => { if (event.key === "Escape") location.hash = ""; });
look(whole);
refresh();
setInterval(refresh, EVERY_MS);
