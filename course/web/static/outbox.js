// Answers on their way: kept in this browser until the server has them. DECISIONS.md, "What the browser keeps".
const find = (selector) => document.querySelector(selector);
const make = (tag, more) => Object.assign(document.createElement(tag), more);

const box = find("#utkorg"), form = find("form[data-question]"), dialog = find("#osparat");
const person = box.dataset.person, mine = `svar ${person} `;
const OPTIONS = ["radio", "checkbox", "select-one", "select-multiple"];
const KEY = /^svar ([0-9a-f]{24}) (\/forsok\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\/fraga\/[a-z0-9-]+)$/;
const VALUE = /^(\d+) (\S+)$/, FIELD = /^(svar(-[a-z0-9-]+)?|saker)$/;
const OLDEST = 90 * 24 * 3600e3, PATIENCE = 20e3, LONGEST_PAUSE = 60e3;
const news = make("div"), line = make("p"), button = make("button", { type: "button", className: "quiet", textContent: "Försök nu" });

let loose = null; // an answer that may not or cannot be kept: it lives as long as the page
let busy = false, pause = 1e3, timer;

// An answer as it is kept; undefined for whatever else somebody has put here, or one that is too old.
function read(key, text) {
  const [, whose, to] = KEY.exec(key) ?? [], [, at, form] = (whose && VALUE.exec(text)) ?? [];
  const fields = [...new URLSearchParams(form)];
  if (fields.length && fields.every(([name]) => FIELD.test(name)) && Date.now() - at < OLDEST) return { key, whose, to, fields };
}

// The person's answers that are kept here. What is no answer of anybody's is removed and goes nowhere.
function stored() {
  try {
    return Object.entries(localStorage).map(([key, text]) => read(key, text) ?? localStorage.removeItem(key))
      .filter((entry) => entry?.whose === person);
  } catch {
    return []; // the browser allows no storage
  }
}

function keep(entry) {
  try {
    localStorage.setItem(mine + entry.to, `${Date.now()} ${new URLSearchParams(entry.fields)}`);
    return true;
  } catch {
    return false; // none is allowed, or it is full
  }
}

const waiting = () => loose ? [loose, ...stored()] : stored();

function drop(entry) {
  if (entry === loose) loose = null;
  else localStorage.removeItem(entry.key);
}

const tokenIn = (page) => page.querySelector("[data-question] [name=csrf_token]")?.value;
const ask = (to, more) => fetch(to, { ...more, signal: AbortSignal.timeout(PATIENCE) });

// The form token of the question's page as it is now, or of its attempt's when the time is up; only if its own person
// is signed in. No redirect is followed: the session of the sign-in page could replace one just begun in another window.
async function fresh(to) {
  const response = await ask(to, { redirect: "manual" }), [attempt, question] = to.split("/fraga/");
  if (response.type === "opaqueredirect" && question) return fresh(attempt);
  if (response.type === "opaqueredirect") throw "stranger";
  if (response.status >= 500) throw "server";
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (page.querySelector("#utkorg")?.dataset.person !== person) throw "stranger";
  const token = tokenIn(page);
  if (!token) throw [404, 409].includes(response.status) ? "gone" : "server";
  return token;
}

// What the server says of the answer; or {state}: why it has not said anything.
async function send(entry, token) {
  try {
    const body = new URLSearchParams([["csrf_token", token ?? await fresh(entry.to)], ...entry.fields]);
    const response = await ask(entry.to, { method: "POST", headers: { Accept: "application/json" }, body });
    if (response.headers.get("Content-Type") === "application/json") return await response.json();
    if (response.redirected) return { state: "stranger", to: response.url };
    if (response.status === 400 && token) return send(entry); // the page's token is too old
    return [404, 409].includes(response.status) ? { saved: false, to: entry.to } : { state: "server" };
  } catch (fault) {
    if (fault === "gone") return { saved: false, to: entry.to };
    return { state: typeof fault === "string" ? fault : "net" };
  }
}

async function sendAll(token) {
  if (busy) return;
  busy = true;
  clearTimeout(timer);
  let state = "";
  const tried = new Set();
  for (let entry; (entry = waiting().find(({ to }) => !tried.has(to))); tried.add(entry.to)) {
    const here = form?.getAttribute("action") === entry.to;
    const reply = await send(entry, here ? token : undefined);
    if (reply.state) state = reply.state;
    else drop(entry);
    if (here && reply.to && !(loose && reply.state)) return location.assign(reply.to);
    if (!reply.state && (reply.again || entry.to !== location.pathname)) tell(reply);
  }
  busy = false;
  tellState(state);
  if (!state) return;
  timer = setTimeout(sendAll, pause);
  pause = Math.min(pause * 2, LONGEST_PAUSE);
}

function tell({ saved, again, late, to }) {
  const told = make("p", { textContent: again ? "Du hade redan svarat. Det första svaret gäller. "
    : saved ? "Sparat: ett svar som väntade. " : late ? "Ett svar som väntade kom för sent. Tiden var ute. "
    : "Ett svar som väntade gick inte att spara. " });
  told.append(make("a", { href: to, textContent: saved ? "Se återkopplingen" : late ? "Se resultatet" : "Öppna frågan" }));
  news.append(told);
}

function tellState(state) {
  const left = waiting().length, them = left === 1 ? "ditt svar" : `${left} svar`;
  const loosely = (loose?.typed ? "Inte sparat. Text ligger aldrig kvar i webbläsaren. " : "Inte sparat. ")
    + (state === "stranger" ? "Låt sidan vara öppen och logga in i ett annat fönster, så skickas svaret igen."
      : "Låt sidan vara öppen, så skickas svaret igen.");
  const said = state && (loose ? loosely : {
    net: `Väntar på nätet – ${them} sparas när du är uppkopplad.`,
    server: `Inte sparat än. Det går inte att spara just nu, men ${them} skickas snart igen.`,
    stranger: `Inte sparat än. Du är inte längre inloggad, men ${them} sparas när du loggar in igen.`,
  }[state]);
  if (line.textContent !== said) line.textContent = said;
  if (said) box.append(button); else button.remove();
  for (const claim of document.querySelectorAll("[data-claim]")) claim.hidden = Boolean(said);
}

form?.addEventListener("submit", (event) => {
  const shown = [...form.elements].filter(({ name, type }) => name && !["hidden", "submit"].includes(type));
  const fields = [...new FormData(form)].filter(([name]) => shown.some((field) => field.name === name));
  if (event.submitter?.name || !fields.some(([, value]) => value)) return; // the server says what is missing
  event.preventDefault();
  const typed = shown.some(({ type }) => !OPTIONS.includes(type));
  const entry = { to: form.getAttribute("action"), fields, typed };
  loose = typed || !keep(entry) ? entry : null;
  line.textContent = "Sparar …";
  sendAll(tokenIn(document));
});

for (const leaving of document.querySelectorAll("form[data-leaves]")) {
  leaving.addEventListener("submit", (event) => {
    if (!stored().length) return;
    event.preventDefault();
    dialog.showModal();
    dialog.onclick = ({ target }) => {
      if (target.type !== "button") return;
      dialog.close();
      if (target.value === "drop") stored().forEach(drop);
      if (target.value) leaving.submit();
    };
  });
}

box.append(news, line);
button.onclick = () => sendAll();
if (form) {
  form.querySelector("button:not([name])").before(box);
  const fields = waiting().find(({ to }) => to === form.getAttribute("action"))?.fields ?? [];
  for (const field of form.elements) {
    for (const [name, value] of fields) {
      if (field.name !== name) continue;
      if (field.options) field.value = value;
      else if (field.value === value) field.checked = true;
    }
  }
}
addEventListener("online", () => sendAll());
addEventListener("storage", ({ key, newValue }) => { // another tab has sent what waits here
  if (line.textContent && form && key === mine + form.getAttribute("action") && newValue === null) location.assign(location.pathname);
});
addEventListener("beforeunload", (event) => loose && event.preventDefault());
addEventListener("pageshow", (event) => {
  if (event.persisted) busy = false; // it was left while it was sending
  sendAll();
});
