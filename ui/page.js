// What the page does by itself: panes, focus, keys, hover cards. What is shown comes from the server as escaped HTML.
window.footnote = (() => {
  "use strict";

  const panes = {};
  const names = ["conversations-pane", "documents-pane", "bar", "thread", "live", "composer", "source-pane", "overlay"];
  const but = new Set(); // the documents that are asked, or left out where `everything` else is: listed or not
  let everything = true;
  let indexed = 0; // how many documents there are to ask
  let conversation = "";
  let instead_of = "";
  let running = false;
  let version = -1;
  let opened = null; // what the source pane shows: the verb and its arguments, and the answer it belongs to
  let shown_wanted = 0; // how often a conversation was opened or asked in: only the last may change what is shown
  let finds_wanted = 0; // the same of the list of conversations
  let lists_wanted = 0; // and of that of documents
  let sources_wanted = 0; // and how often a source was asked for or closed
  let came_from = null;
  let started = false;
  let puts = 0;
  let seen = ""; // the exchange that was last brought to the top
  let types = [];
  let model = "";
  let batch = 50; // files that are added together, unless the server takes fewer

  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const narrow = () => matchMedia("(max-width: 1099px)").matches;
  const kept = {
    get: (key) => { try { return localStorage.getItem(`footnote-${key}`); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(`footnote-${key}`, value); } catch { /* a private window */ } },
  };

  theme(kept.get("theme") || "auto");

  // -- The server -----------------------------------------------------------------------------------------------------

  async function call(verb, ...data) {
    const root = (window.gradio_config?.root || location.origin).replace(/\/$/, "");
    let reply;
    try {
      reply = await fetch(`${root}/gradio_api/run/page_${verb}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ data }),
      });
    } catch {
      throw new Error("The server does not answer. Is it still running?");
    }
    if (reply.status === 401) location.reload();
    if (!reply.ok) throw new Error("The server could not do that. Its log says more.");
    const values = (await reply.json()).data[0];
    if (values.problem && verb !== "pulse") throw new Error(values.problem);
    return values;
  }

  async function tried(work) {
    try {
      return await work();
    } catch (error) {
      toast(error.message);
      return null;
    }
  }

  // -- Panes ----------------------------------------------------------------------------------------------------------

  function pane(name, parts) {
    panes[name] = parts;
    if (name === "live") parts.watch("value", followed);
    if (!started && names.every((each) => panes[each])) {
      started = true;
      start();
    }
  }

  // Shows HTML in a pane; the promise is kept once it stands there, which Gradio does in its own time.
  function put(name, html) {
    const turn = ++puts;
    panes[name].props.value = `${html}<i hidden data-put="${turn}"></i>`;
    return new Promise((done) => {
      const look = () => (Number(one("[data-put]", panes[name].element)?.dataset.put) >= turn ? done() : setTimeout(look, 8));
      look();
    });
  }

  async function start() {
    if (kept.get("rail") === "closed" || narrow()) rail(false);
    else rail(true);
    source(false);
    listen();
    const wanted = new URLSearchParams(location.hash.slice(1)).get("c") || "";
    await open(wanted);
    one("#question").focus({ preventScroll: true });
    pulse();
  }

  async function open(id) {
    const wanted = ++shown_wanted;
    const values = await tried(() => call("open", id));
    if (!values || wanted !== shown_wanted) return;
    await take(values);
    if (wanted !== shown_wanted) return;
    source(false);
    quit_editing();
    put("live", "");
    if (values.running) follow();
    else to_last(false);
  }

  async function take(values) {
    const thread = "thread" in values ? put("thread", values.thread) : null;
    if ("conversation" in values) {
      conversation = values.conversation;
      history.replaceState(null, "", conversation ? `#c=${conversation}` : location.pathname + location.search);
      one("#title").textContent = values.title;
      one("#export").hidden = !conversation;
      document.title = values.title ? `${values.title} · Footnote` : "Footnote";
      busy(values.running);
    }
    if ("conversations" in values) list_conversations(values.conversations);
    await thread;
  }

  function busy(now) {
    running = now;
    one("#desk").classList.toggle("running", now);
    one("#stop").hidden = !now;
    one("#send").hidden = now;
    can_send();
  }

  // -- Asking ---------------------------------------------------------------------------------------------------------

  async function ask(question, { within = scope(), replaces = instead_of } = {}) {
    if (running || !question.trim()) return;
    const wanted = ++shown_wanted;
    busy(true);
    const values = await tried(() => call("begin", conversation, question, within, replaces, manner()));
    const box = one("#question");
    if (values && box.value === question) { // else it holds what was written meanwhile, or a draft
      box.value = "";
      fit(box);
    }
    if (wanted !== shown_wanted) return refresh_list();
    if (!values) return busy(false);
    quit_editing();
    await take(values);
    if (wanted !== shown_wanted) return;
    await put("live", values.live);
    if (wanted === shown_wanted && values.running) follow();
  }

  function follow() {
    busy(true);
    panes.live.trigger("follow", { conversation });
  }

  // The live turn was drawn anew. At its end the conversation, which now holds it, is fetched and takes its place.
  async function followed() {
    const of = one("#live [data-of]")?.dataset.of;
    if (of !== undefined && of !== conversation) return put("live", ""); // of the conversation that was left
    const turn = one("#live .turn");
    if (turn && !turn.classList.contains("later") && one("#thread .turn")) turn.classList.add("later");
    if (turn && turn.dataset.exchange !== seen) {
      seen = turn.dataset.exchange;
      to_last();
    }
    const over = one("#live [data-over]");
    if (!over) return;
    if (over.dataset.over !== conversation) return;
    const wanted = shown_wanted;
    const values = await tried(() => call("open", conversation));
    if (wanted !== shown_wanted || over.dataset.over !== conversation) return;
    if (!values) return busy(false);
    put("live", "");
    await take(values);
    if (wanted !== shown_wanted) return;
    if (values.running) return follow(); // somebody else asked in it meanwhile
    const turns = all("#thread .turn");
    const last = turns[turns.length - 1];
    const count = last ? all(".sources li", last).length : 0;
    const sources = count === 1 ? "1 source" : `${count} sources`;
    say(one(".refusal", last) ? "The documents do not answer this." : count ? `Answered, with ${sources}.` : "");
  }

  async function refresh_list() {
    const wanted = ++finds_wanted;
    const values = await tried(() => call("find", one("#find").value, conversation));
    if (values && wanted === finds_wanted) refill(one("#conversations"), values.conversations);
  }

  // All conversations are given; while some are searched for, those stay listed.
  function list_conversations(html) {
    if (one("#find").value.trim()) return refresh_list();
    finds_wanted += 1;
    refill(one("#conversations"), html);
  }

  // Fills a list anew. Whoever stands in it stays at the same control, or at the list where that is gone.
  function refill(list, html) {
    const held = list.contains(document.activeElement) ? document.activeElement : null;
    const about = (row) => row.dataset.conversation || row.dataset.path;
    const controls = (row) => (row ? all("button, input", row) : []);
    const rows = "[data-conversation], [data-path]";
    const row = held?.closest(rows);
    const at = controls(row).indexOf(held);
    list.innerHTML = html;
    if (!held) return;
    const again = row && all(rows, list).find((each) => about(each) === about(row));
    // A row's tools are seen, and can be stood on, only once something in the row is.
    for (const each of [list, controls(again)[0], controls(again)[at]]) each?.focus({ preventScroll: true });
  }

  function edit(turn, text) {
    instead_of = turn.dataset.exchange;
    one("#editing").hidden = false;
    const box = one("#question");
    box.value = text;
    fit(box);
    can_send();
    box.focus();
    box.setSelectionRange(text.length, text.length);
  }

  function quit_editing() {
    instead_of = "";
    one("#editing").hidden = true;
  }

  function can_send() {
    one("#send").disabled = running || !one("#question").value.trim();
  }

  function fit(box) {
    box.style.height = "auto";
    box.style.height = `${Math.min(box.scrollHeight, 240)}px`;
    can_send();
  }

  // An answer is read from its beginning: its question goes to the top.
  function to_last(smooth = true) {
    const turns = all("#thread .turn, #live .turn");
    const last = turns[turns.length - 1];
    if (!last) return;
    const scroll = one("#scroll");
    const top = turns.length > 1 ? last.getBoundingClientRect().top - scroll.getBoundingClientRect().top + scroll.scrollTop : 0;
    scroll.scrollTo({ top, behavior: smooth && !calm() ? "smooth" : "auto" });
  }

  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  // -- Sources --------------------------------------------------------------------------------------------------------

  async function show_source(verb, args, from = null, focus = true) {
    const wanted = ++sources_wanted;
    const values = await tried(() => call(verb, ...args));
    if (!values || wanted !== sources_wanted) return;
    const view = one("#source-pane .viewed")?.dataset.view;
    opened = { verb, args }; // before it is seen: the next key counts from here
    const before = one("#overview");
    const [path, overview] = [before?.dataset.path, before?.innerHTML]; // now: the pane is changed in place
    await put("source-pane", values.source);
    if (wanted !== sources_wanted) return;
    const room = one("#overview");
    if (room && room.dataset.path === path) room.innerHTML = overview; // another place of the same document
    if (from) came_from = from;
    source(true);
    if (view === "text" && one("#source-pane .viewed")) set_view("text");
    bring_chosen();
    if (focus) one("#source-title").focus({ preventScroll: true });
    point_out();
  }

  async function show_document(path, from) {
    await show_source("document", [path, 0, null], from);
    const values = await tried(() => call("overview", path));
    const room = one("#overview");
    if (values && room?.dataset.path === path) room.innerHTML = values.overview;
  }

  function bring_chosen() {
    const body = one("#source-pane .source-body");
    const spot = one(".viewed[data-view=picture] .box", body) || one("#chosen", body);
    if (!body) return;
    body.scrollTop = 0;
    if (!spot) return;
    const top = spot.getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollTop = Math.max(0, top - body.clientHeight / 3);
    const left = spot.getBoundingClientRect().left - body.getBoundingClientRect().left;
    if (left < 0 || left > body.clientWidth) body.scrollLeft += left - 40;
  }

  // The marker whose source is open looks pressed.
  function point_out() {
    for (const marker of all(".cite[aria-expanded], .near[aria-expanded]")) marker.removeAttribute("aria-expanded");
    if (!opened || !is_open("source") || !["cite", "near"].includes(opened.verb)) return;
    const [, exchange, number] = opened.args;
    for (const marker of all(`[data-exchange="${exchange}"] .${opened.verb}[data-number="${number}"]`)) {
      marker.setAttribute("aria-expanded", "true");
    }
  }

  function step(by) {
    if (!opened || opened.verb !== "cite" || !is_open("source")) return;
    const button = one(`#source-pane [data-act=cite][data-number="${opened.args[2] + by}"]:not([disabled])`);
    if (button) show_source("cite", [conversation, opened.args[1], opened.args[2] + by, null], null, false);
  }

  function set_view(view) {
    const viewed = one("#source-pane .viewed");
    viewed.dataset.view = view;
    for (const button of all(".views button", viewed)) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    bring_chosen();
  }

  // -- Sheets and columns ---------------------------------------------------------------------------------------------

  const is_open = (name) => one("#desk").classList.contains(`with-${name}`);

  function rail(on) {
    one("#desk").classList.toggle("with-rail", on);
    one("#rail").inert = !on;
    one("#show-rail").hidden = on && !narrow();
    for (const button of all("[data-act=toggle-rail]")) button.setAttribute("aria-expanded", String(on));
    if (!narrow()) kept.set("rail", on ? "open" : "closed");
    cover();
  }

  function source(on) {
    one("#desk").classList.toggle("with-source", on);
    one("#source").inert = !on;
    if (on && narrow() && is_open("rail")) rail(false);
    if (!on) {
      sources_wanted += 1; // one that is still on its way does not open it again
      opened = null;
      point_out();
      if (came_from?.isConnected) came_from.focus({ preventScroll: true });
      came_from = null;
    }
    cover();
  }

  function cover() {
    one("#scrim").hidden = !(narrow() && (is_open("rail") || is_open("source")));
  }

  // -- The card at a marker -------------------------------------------------------------------------------------------

  function card_for(marker) {
    const item = one(`.sources li[data-number="${marker.dataset.number}"]`, marker.closest(".turn"));
    if (!item) return;
    const card = one("#card");
    card.replaceChildren(...[...one(".source", item).childNodes].map((node) => node.cloneNode(true)));
    card.hidden = false;
    const spot = marker.getBoundingClientRect();
    const size = card.getBoundingClientRect();
    const left = Math.min(Math.max(12, spot.left + spot.width / 2 - size.width / 2), innerWidth - size.width - 12);
    const above = spot.top - size.height - 8;
    card.style.left = `${left}px`;
    card.style.top = `${above > 8 ? above : spot.bottom + 8}px`;
    marker.setAttribute("aria-describedby", "card");
  }

  function hide_card() {
    one("#card").hidden = true;
    for (const marker of all(".cite[aria-describedby]")) marker.removeAttribute("aria-describedby");
  }

  // -- Documents ------------------------------------------------------------------------------------------------------

  const rows = () => all("#documents .document.indexed");

  const asks = (path) => everything !== but.has(path);
  const asked = () => (everything ? Math.max(0, indexed - but.size) : but.size);

  // The ticked documents, or null when every document is asked.
  const scope = () => (everything && !but.size ? null : { everything, but: [...but] });

  function limit(all_of_them, except = []) {
    everything = all_of_them;
    but.clear();
    for (const path of except) but.add(path);
    ticked();
  }

  function ticked() {
    if (indexed && asked() === indexed) {
      everything = true;
      but.clear();
    }
    for (const row of rows()) one(".tick", row).checked = asks(row.dataset.path);
    for (const folder of all("#documents .folder")) {
      const paths = all(".document.indexed", folder).map((row) => row.dataset.path);
      whole(one("[data-ticks=folder]", folder), paths.filter(asks).length, paths.length);
    }
    whole(one("#tick-all"), asked(), indexed);
    const limited = scope() !== null;
    const button = one("#scope");
    button.textContent = limited ? `${counted(asked())} of ${counted(indexed)} documents` : "All documents";
    button.classList.toggle("limited", limited);
    one("#all-row").hidden = indexed === 0;
  }

  const counted = (number) => number.toLocaleString("en");

  function whole(box, some, of) {
    if (!box) return;
    box.checked = some > 0;
    box.indeterminate = some > 0 && some < of;
    box.disabled = !of;
  }

  function tick(box) {
    const kind = box.dataset.ticks;
    if (kind === "all") return limit(box.checked);
    const meant = kind === "folder" ? all(".document.indexed", box.closest(".folder")) : [box.closest(".document")];
    for (const { dataset: { path } } of meant) box.checked === everything ? but.delete(path) : but.add(path);
    ticked();
  }

  const filter = () => ({
    words: one("#filter-text").value.trim(),
    type: one("#filter-type").value,
    since: one("#filter-from").value.trim(),
    until: one("#filter-to").value.trim(),
  });

  // The documents that fit the filter, from the server, which knows also those that are too many to be listed.
  async function list() {
    const wanted = ++lists_wanted;
    const values = await call("listed", filter(), { everything, but: [...but] });
    if (wanted !== lists_wanted) return;
    version = values.version;
    indexed = values.indexed;
    for (const path of values.gone) but.delete(path);
    refill(one("#documents"), values.documents);
    one("#summary").textContent = values.summary;
    const choice = one("#filter-type");
    if (String(values.types) !== String(types)) {
      const { value } = choice;
      types = values.types;
      const offered = !value || types.includes(value) ? types : [...types, value];
      choice.replaceChildren(new Option("All types", ""), ...offered.map((type) => new Option(type, type)));
      choice.value = value;
    }
    for (const row of all("#documents .folder-row [data-act=fold]")) fold(row, kept.get(`fold-${row.textContent}`) !== "closed");
    ticked();
  }

  async function pulse() {
    let wait = 20000;
    try {
      const values = await call("pulse");
      model = values.model;
      batch = Math.min(batch, values.at_once);
      const state = one("#state");
      state.textContent = values.ready ? "" : values.problem ? "" : values.activity || "Getting ready";
      state.classList.toggle("waiting", !values.ready && !values.problem);
      const was_ready = one("#desk").dataset.ready === "true";
      one("#desk").dataset.ready = String(values.ready);
      if (values.ready && !was_ready && version >= 0) say("Ready to answer.");
      one("#watch").checked = values.watching;
      activity(values);
      if (values.version !== version) {
        await list();
        welcome();
      }
      if (values.busy || !values.ready) wait = 700;
      else if (values.watching) wait = 4000;
      if (values.problem && !values.busy) wait = 5000;
    } catch (error) {
      const state = one("#state");
      state.textContent = error.message;
      wait = 5000;
    }
    clearTimeout(pulse.timer);
    pulse.timer = setTimeout(pulse, document.hidden ? Math.max(wait, 10000) : wait);
  }

  // An empty conversation tells how many documents there are, and what to ask them.
  async function welcome() {
    if (conversation) return;
    const values = await call("open", "").catch(() => null);
    if (values && !conversation && !running) put("thread", values.thread);
  }

  function activity(values) {
    const box = one("#activity");
    box.hidden = !values.busy || !values.activity;
    one("p", box).textContent = values.activity;
    const bar = one("progress", box);
    if (values.share === null) bar.removeAttribute("value");
    else bar.value = values.share;
    one("#trouble").hidden = !values.problem;
    one("#trouble").textContent = values.problem;
  }

  function fold(button, on) {
    button.setAttribute("aria-expanded", String(on));
    one("ul", button.closest(".folder")).hidden = !on;
    kept.set(`fold-${button.textContent}`, on ? "open" : "closed");
  }

  // Of a folder, what is read is sent; what is not read is left out and told of.
  function send_folder(files) {
    const read = one("#files").accept.split(",");
    const ending = (file) => (file.name.includes(".") ? `.${file.name.split(".").pop().toLowerCase()}` : "none");
    const seen_files = files.filter((file) => !(file.webkitRelativePath || file.name).split("/").some((part) => part.startsWith(".")));
    const others = seen_files.filter((file) => !read.includes(ending(file)));
    const kinds = [...new Set(others.map(ending))].slice(0, 6).join(", ");
    if (others.length) toast(`${others.length} of ${seen_files.length} files are of types that are not read (${kinds}) and were left out.`);
    else if (!seen_files.length) toast("There is no file in this folder.");
    return send_files(seen_files.filter((file) => read.includes(ending(file))));
  }

  // Files are told apart from folders before anything is awaited: what was dropped is gone afterwards.
  async function dropped(items) {
    const entries = items.map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const inside = async (entry) => {
      if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
      const reader = entry.createReader();
      const found = [];
      for (;;) {
        const some = await new Promise((done, failed) => reader.readEntries(done, failed));
        if (!some.length) break;
        for (const each of some) if (!each.name.startsWith(".")) found.push(...await inside(each));
      }
      return found;
    };
    const alone = (await Promise.all(entries.filter((entry) => entry.isFile).map(inside))).flat();
    const folders = (await Promise.all(entries.filter((entry) => entry.isDirectory).map(inside))).flat();
    await send_files(alone);
    if (entries.some((entry) => entry.isDirectory)) await send_folder(folders);
  }

  // Files are added some at a time: the first can be asked while the last are still being sent.
  async function send_files(files) {
    if (!files.length) return;
    if (!is_open("rail")) rail(true);
    const list = one("#uploads");
    list.hidden = false;
    let failed = 0;
    for (let at = 0; at < files.length; at += batch) failed += await send_batch(files.slice(at, at + batch), list);
    if (failed) say(failed === 1 ? "1 file was not added. The list of uploads says why." : `${failed} files were not added. The list of uploads says why.`);
    clearTimeout(send_files.timer);
    send_files.timer = setTimeout(() => {
      for (const row of all(".stored", list)) row.remove();
      list.hidden = !list.children.length;
    }, 4000);
  }

  // Sends files and adds them; how many were not added, which stay listed with the reason until they are dismissed.
  async function send_batch(files, list) {
    const sent = [];
    let failed = 0;
    const fail = (row, reason) => {
      const dismiss = made("button", ["Dismiss"], { type: "button", className: "link" });
      dismiss.dataset.act = "dismiss";
      row.className = "failed";
      row.replaceChildren(made("bdi", [reason]), dismiss);
      failed += 1;
    };
    for (const file of files) {
      const state = made("span", ["sending"]);
      const row = made("li", [made("bdi", [file.name]), state]);
      list.append(row);
      try {
        const { path } = await panes["documents-pane"].upload(file);
        sent.push({ row, state, file: { path, name: file.name } });
        state.textContent = "sent";
      } catch {
        fail(row, `${file.name} was not sent: it is too large, or the server does not answer.`);
      }
    }
    if (!sent.length) return failed;
    try {
      const { refused } = await call("add", sent.map(({ file }) => file));
      sent.forEach(({ row, state }, i) => {
        if (refused[i]) return fail(row, refused[i]);
        row.className = "stored";
        state.textContent = "stored";
      });
    } catch (error) {
      for (const { row, file } of sent) fail(row, `${file.name} was not added: ${error.message}`);
    }
    pulse();
    return failed;
  }

  // -- Words to the person --------------------------------------------------------------------------------------------

  function toast(words) {
    const box = one("#toast");
    box.textContent = words;
    box.classList.add("seen");
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => { box.classList.remove("seen"); box.textContent = ""; }, 6000);
  }

  function say(words) {
    if (!words) return;
    const region = one("#said") || Object.assign(document.createElement("p"), { id: "said", className: "sr" });
    region.setAttribute("role", "status");
    if (!region.isConnected) one("#overlay").append(region);
    region.textContent = words;
  }

  // A dialog with a title, parts to fill in, and answers to choose from; gives back the answer, null for an empty one.
  function dialog(title, parts, answers) {
    const box = one("#dialog");
    one("h2", box).textContent = title;
    one(".dialog-body", box).replaceChildren(...parts);
    one(".dialog-foot", box).replaceChildren(...answers.map(([value, words, kind]) => {
      const button = document.createElement("button");
      button.value = value;
      button.textContent = words;
      button.className = kind;
      if (!value) { // Enter in a field presses the first button that submits: it must not be this one
        button.type = "button";
        button.addEventListener("click", () => box.close());
      }
      return button;
    }));
    box.returnValue = "";
    box.showModal();
    return new Promise((resolve) => box.addEventListener("close", () => resolve(box.returnValue || null), { once: true }));
  }

  const paragraph = (words) => Object.assign(document.createElement("p"), { textContent: words });

  const inform = (title, words) => dialog(title, words.split("\n").map(paragraph), [["ok", "Close", "primary"]]);

  const sure = async (title, words, doing) =>
    (await dialog(title, [paragraph(words)], [["", "Keep", "plain"], ["yes", doing, "primary"]])) === "yes";

  async function written(title, label, value, doing, rows = 1) {
    const field = document.createElement(rows > 1 ? "textarea" : "input");
    field.value = value;
    if (rows > 1) field.rows = rows;
    const around = document.createElement("label");
    around.append(label, field);
    const answer = await dialog(title, [around], [["", "Cancel", "plain"], ["yes", doing, "primary"]]);
    return answer === "yes" ? field.value : null;
  }

  function give(file) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([file.text], { type: "text/plain;charset=utf-8" }));
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function theme(choice) {
    document.documentElement.dataset.theme = choice;
    kept.set("theme", choice);
  }

  // How questions are to be answered, as chosen here; null is what the program was started with.
  const manner = () => ({
    plain: Boolean(model) && kept.get("plain") === "yes",
    length: kept.get("length") || null,
    passages: Number(kept.get("passages")) || null,
  });

  const made = (tag, parts, more = {}) => {
    const element = Object.assign(document.createElement(tag), more);
    element.append(...parts);
    return element;
  };

  function chooser(words, options, value, changed, hint = "") {
    const select = made("select", options.map(([each, text]) => new Option(text, each)));
    select.value = value;
    select.addEventListener("change", () => changed(select.value));
    const parts = [made("span", [words], { className: "setting" }), select];
    if (hint) {
      parts.push(made("span", [hint], { className: "hint", id: `hint-${words.replace(/\W+/g, "-")}` }));
      select.setAttribute("aria-describedby", parts[2].id);
      select.setAttribute("aria-label", words);
    }
    return made("label", parts);
  }

  const LENGTHS = { short: "Short", normal: "Normal", long: "Long" };

  async function settings() {
    const parts = [];
    let asked = 0;
    const pick = (key, started) => (value) => { kept.set(key, value === String(started) ? "" : value); costs(); };
    const first = await tried(() => call("costs", manner()));
    if (!first) return;
    const told = (each, words, started, measuring) =>
      `${words}${each.value === started ? " (as started)" : ""} · ${each.seconds !== null ? seconds(each.seconds) : measuring ? "being timed" : "not timed yet"}`;
    const length = chooser("Answer length", first.lengths.map(({ value }) => [value, ""]), manner().length || first.started.length,
      pick("length", first.started.length), "A longer answer adds what else the sources say. The length never changes whether there is an answer.");
    const passages = chooser("Sources read for a question", first.passages.map(({ value }) => [value, ""]), manner().passages || first.started.passages,
      pick("passages", first.started.passages), "More passages find what is told in other words or in several places, and take longer.");
    const fill = (values) => {
      const options = (label) => [...one("select", label).options];
      options(length).forEach((option, i) => {
        option.textContent = told(values.lengths[i], LENGTHS[values.lengths[i].value], values.started.length, values.measuring);
      });
      options(passages).forEach((option, i) => {
        const { value } = values.passages[i];
        option.textContent = told(values.passages[i], value === 1 ? "1 passage" : `${value} passages`, values.started.passages, values.measuring);
      });
    };
    // What nobody has asked for yet is being timed while the settings are open.
    const costs = async () => {
      const turn = ++asked;
      const values = await call("costs", manner()).catch(() => null);
      if (!values || turn !== asked || !length.isConnected) return;
      fill(values);
      if (values.measuring) setTimeout(() => { if (turn === asked && one("#dialog").open) costs(); }, 1000);
    };
    if (model) {
      const writers = [["", `${model}, checked sentence by sentence`], ["yes", "The documents' own sentences: nothing is sent anywhere"]];
      parts.push(chooser("Answers are written by", writers, kept.get("plain") || "", (value) => { kept.set("plain", value); costs(); }));
    } else {
      const { models } = await call("models");
      const flag = made("code", [models.length ? `--model ${models[0]}` : "--model NAME"]);
      const offered = models.length > 1 ? `: Ollama on this machine offers ${models.join(", ")}.` : ".";
      parts.push(made("div", [
        made("span", ["Answers are written by"], { className: "setting" }),
        made("span", ["The documents' own sentences, and nothing is sent anywhere. For a language model, start with ", flag, offered], { className: "hint" }),
      ]));
    }
    fill(first);
    parts.push(length, passages, made("p", ["Times are the medians of the answers since the program was started."], { className: "hint" }));
    const colours = [["auto", "As the system has it"], ["light", "Light"], ["dark", "Dark"]];
    parts.push(chooser("Colours", colours, kept.get("theme") || "auto", theme));
    const key = (name, does) => made("span", [...name.split(" ").map((each) => made("kbd", [each])), does]);
    parts.push(made("div", [key("/", "ask"), key("[ ]", "step through sources"), key("Esc", "close")], { className: "keys" }));
    if (first.measuring) setTimeout(costs, 1000);
    const answer = await dialog("Settings", parts, [["judged", "Export judged answers", "plain"], ["ok", "Done", "primary"]]);
    if (answer === "judged") await tried(async () => give(await call("judged")));
  }

  const seconds = (number) => (number < 10 ? `${Math.max(number, 0.1).toFixed(1)} s` : `${Math.round(number)} s`);

  async function take_away() {
    const kind = await dialog("Take this conversation away", [paragraph("With every quote, page and source.")], [
      ["json", "JSON", "plain"], ["html", "HTML", "plain"], ["md", "Markdown", "primary"],
    ]);
    if (kind) await tried(async () => give(await call("export", conversation, kind)));
  }

  // -- What can be pressed --------------------------------------------------------------------------------------------

  const acts = {
    example: (target) => { if (narrow()) source(false); ask(target.textContent, { replaces: "" }); },
    cite: (target) => {
      const turn = target.closest(".turn");
      const exchange = turn ? turn.dataset.exchange : opened?.args[1];
      show_source("cite", [conversation, exchange, Number(target.dataset.number), null], turn ? target : null);
    },
    near: (target) =>
      show_source("near", [conversation, target.closest(".turn").dataset.exchange, Number(target.dataset.number), null], target),
    more: (target) => {
      const args = [...opened.args];
      args[args.length - 1] = Number(target.dataset.reach);
      show_source(opened.verb, args);
    },
    heading: (target) => show_source("document", [opened.args[0], Number(target.dataset.at), opened.args[2]]),
    document: (target) => show_document(target.closest("[data-path]").dataset.path, target),
    view: (target) => set_view(target.dataset.view),
    zoom: (target) => {
      const on = one("#source .sheet").classList.toggle("zoomed");
      target.setAttribute("aria-pressed", String(on));
      bring_chosen();
    },
    "close-source": () => source(false),
    edit: (target) => edit(target.closest(".turn"), one("h2", target.closest(".turn")).textContent),
    reword: (target) => edit(target.closest(".turn"), target.dataset.text),
    "cancel-edit": () => { quit_editing(); one("#question").value = ""; fit(one("#question")); },
    retry: (target) => again(target),
    everywhere: (target) => { limit(true); again(target, null); },
    copy: (target) => copy(target),
    useful: (target) => judge(target, true),
    useless: (target) => judge(target, false),
    stop: () => tried(() => call("stop", conversation)),
    new: () => { open(""); if (narrow()) rail(false); one("#question").focus(); },
    open: (target) => { open(target.closest("[data-conversation]").dataset.conversation); if (narrow()) rail(false); },
    rename: async (target) => {
      const row = target.closest("[data-conversation]");
      const title = await written("Rename the conversation", "Title", one(".open", row).textContent, "Rename");
      if (title === null) return;
      const values = await tried(() => call("rename", row.dataset.conversation, title, conversation));
      if (!values) return;
      take({ conversations: values.conversations });
      if (row.dataset.conversation === conversation) one("#title").textContent = values.title;
    },
    delete: async (target) => {
      const row = target.closest("[data-conversation]");
      if (!await sure("Delete this conversation?", `“${one(".open", row).textContent}” cannot be brought back.`, "Delete")) return;
      const values = await tried(() => call("delete", row.dataset.conversation, conversation));
      if (!values) return;
      if (row.dataset.conversation === conversation) open("");
      else take(values);
    },
    "toggle-rail": () => { rail(!is_open("rail")); one(is_open("rail") ? "#rail [data-act=toggle-rail]" : "#show-rail").focus(); },
    "show-documents": () => { rail(true); one("#tick-all").focus(); },
    filter: (target) => {
      const box = one("#filters");
      box.hidden = !box.hidden;
      target.setAttribute("aria-expanded", String(!box.hidden));
      if (!box.hidden) one("#filter-text").focus();
    },
    "tick-shown": () => tried(async () => limit(false, (await call("found", filter())).paths)),
    fold: (target) => fold(target, target.getAttribute("aria-expanded") !== "true"),
    add: () => one("#files").click(),
    "add-folder": () => one("#folder").click(),
    update: () => tried(async () => { await call("refresh"); pulse(); }),
    dismiss: (target) => {
      const list = one("#uploads");
      target.closest("li").remove();
      list.hidden = !list.children.length;
      (one("[data-act=dismiss]", list) || one("[data-act=add]")).focus();
    },
    remove: async (target) => {
      const file = target.closest("[data-file]").dataset.file;
      if (!await sure("Remove this document?", `The file ${file} is deleted from the documents folder.`, "Remove")) return;
      await tried(async () => { await call("remove", file); pulse(); });
    },
    export: take_away,
    settings,
  };

  async function again(target, within = scope()) {
    const turn = target.closest(".turn");
    await ask(one("h2", turn).textContent, { within, replaces: turn.dataset.exchange });
  }

  async function copy(target) {
    const values = await tried(() => call("copy", conversation, target.closest(".turn").dataset.exchange));
    if (!values) return;
    try {
      await navigator.clipboard.writeText(values.text);
      toast("Copied, with its sources.");
    } catch {
      inform("Copy", values.text);
    }
  }

  async function judge(target, useful) {
    const exchange = target.closest(".turn").dataset.exchange;
    const held = target.getAttribute("aria-pressed") === "true";
    let reason = "";
    if (!useful && !held) {
      reason = await written("What is wrong with it?", "Reason, if you like", "", "Keep the verdict", 3);
      if (reason === null) return;
    }
    const kept_it = await tried(() => call("judge", conversation, exchange, held ? null : useful, reason));
    if (!kept_it) return;
    for (const button of all("[data-act=useful], [data-act=useless]", target.closest(".turn"))) {
      button.setAttribute("aria-pressed", String(!held && button === target));
    }
  }

  const timers = {};

  // Does something once nothing was written for a moment.
  function soon(what, work) {
    clearTimeout(timers[what]);
    timers[what] = setTimeout(work, 200);
  }

  function listen() {
    document.addEventListener("click", (event) => {
      hide_card();
      const target = event.target.closest("[data-act]");
      if (target && !target.disabled) {
        acts[target.dataset.act](target);
      } else if (event.target.id === "scrim") {
        if (is_open("source")) source(false);
        else rail(false);
      }
    });
    document.addEventListener("change", (event) => {
      if (event.target.matches("[data-ticks]")) tick(event.target);
      else if (event.target.id === "watch") tried(async () => { await call("watch", event.target.checked); pulse(); });
      else if (event.target.id === "files" || event.target.id === "folder") {
        const files = [...event.target.files];
        event.target.value = "";
        if (event.target.id === "folder") send_folder(files);
        else send_files(files);
      }
    });
    document.addEventListener("input", (event) => {
      if (event.target.id === "question") fit(event.target);
      else if (event.target.closest("#filters")) soon("documents", () => tried(list));
      else if (event.target.id === "find") soon("conversations", refresh_list);
    });
    one("#ask").addEventListener("submit", (event) => {
      event.preventDefault();
      ask(one("#question").value);
    });
    for (const kind of ["pointerover", "focusin"]) {
      document.addEventListener(kind, (event) => {
        if (event.pointerType === "touch") return;
        const marker = event.target.closest?.("button.cite");
        // A finger and a source that is closed give the focus too, and neither would take the card away again.
        if (marker && (kind === "pointerover" || marker.matches(":focus-visible"))) card_for(marker);
        else hide_card();
      });
    }
    one("#scroll").addEventListener("scroll", hide_card, { passive: true });
    document.addEventListener("keydown", keys);
    for (const kind of ["dragenter", "dragover"]) {
      document.addEventListener(kind, (event) => {
        if (![...(event.dataTransfer?.types || [])].includes("Files")) return;
        event.preventDefault();
        one("#drop").hidden = false;
      });
    }
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) one("#drop").hidden = true; });
    document.addEventListener("drop", (event) => {
      if (one("#drop").hidden) return;
      event.preventDefault();
      one("#drop").hidden = true;
      dropped([...event.dataTransfer.items]);
    });
    matchMedia("(max-width: 1099px)").addEventListener("change", () => { rail(!narrow() && kept.get("rail") !== "closed"); cover(); });
    window.addEventListener("hashchange", () => {
      const wanted = new URLSearchParams(location.hash.slice(1)).get("c") || "";
      if (wanted !== conversation) open(wanted);
    });
  }

  function keys(event) {
    const typing = event.target.matches("input, textarea, select");
    if (event.target.id === "question" && event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      if (!one("#send").disabled) ask(event.target.value);
    } else if (event.key === "Escape") {
      if (one("#dialog").open) return;
      if (!one("#card").hidden && !event.target.closest?.("#source")) hide_card();
      else if (!one("#editing").hidden) acts["cancel-edit"]();
      else if (is_open("source")) source(false);
      else if (narrow() && is_open("rail")) acts["toggle-rail"]();
    } else if (!typing && !event.ctrlKey && !event.metaKey && !event.altKey && !one("#dialog").open) {
      if (event.key === "/") { event.preventDefault(); one("#question").focus(); }
      else if (event.key === "]") step(1);
      else if (event.key === "[") step(-1);
    }
  }

  return { pane };
})();
