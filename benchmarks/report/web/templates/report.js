"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const made = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  // one page at a time: the board, or what the address names
  const pages = all(".page");
  function open() {
    const named = decodeURIComponent(location.hash.slice(1));
    const target = named ? document.getElementById(named) : null;
    const page = target ? target.closest(".page") : null;
    for (const one of pages) one.classList.toggle("open", one === page);
    const board = document.getElementById("verdicts");
    if (board) board.hidden = Boolean(page);
    if (page) (target || page).scrollIntoView();
  }
  document.documentElement.classList.add("paged");
  addEventListener("hashchange", open);
  open();

  // on paper all is open; afterwards what was closed is closed again
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => { for (const one of closed) one.open = false; });

  // the board: filters and sorting
  const board = document.getElementById("board"), form = document.getElementById("filters");
  if (board && form) {
    const body = board.tBodies[0], rows = all("tr", body), shown = document.getElementById("shown");
    const choose = () => {
      const wanted = new FormData(form), text = wanted.get("text").trim().toLowerCase();
      let count = 0;
      for (const row of rows) {
        const data = row.dataset;
        const fits = (!wanted.get("verdict") || data.verdict === wanted.get("verdict"))
          && (!wanted.get("document") || data.document.split(", ").includes(wanted.get("document")))
          && (!wanted.get("model") || data.models.split(" ").includes(wanted.get("model")))
          && (!wanted.get("dataset") || data.datasets.split(" ").includes(wanted.get("dataset")))
          && (!text || row.textContent.toLowerCase().includes(text));
        row.hidden = !fits;
        count += fits;
      }
      shown.textContent = `${count} of ${rows.length} claims`;
    };
    form.hidden = false;
    form.addEventListener("input", choose);
    form.addEventListener("submit", (event) => event.preventDefault());
    choose();
    const arrange = (key, sign) => {
      rows.sort((a, b) => {
        const x = key(a), y = key(b);
        return sign * (x < y ? -1 : x > y ? 1 : 0) || Number(a.dataset.index) - Number(b.dataset.index);
      });
      body.append(...rows);
    };
    const heads = all("th[data-sort]", board);
    const mark = (name, order) => {
      for (const head of heads) head.setAttribute("aria-sort", head.dataset.sort === name ? order : "none");
    };
    const keys = {
      verdict: (row) => Number(row.dataset.order), name: (row) => row.dataset.name, document: (row) => row.dataset.document,
      p: (row) => Number(row.dataset.p),
    };
    form.elements.order.addEventListener("change", ({ target }) => {
      arrange(keys[target.value] || (() => 0), 1);
      mark(target.value, "ascending");
    });
    for (const head of heads) {
      const button = made("button", { type: "button" }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        arrange(keys[head.dataset.sort], down ? -1 : 1);
        mark(head.dataset.sort, down ? "descending" : "ascending");
        form.elements.order.value = down ? "" : head.dataset.sort;
      });
    }
  }

  // citations
  for (const button of all(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = button.previousElementSibling.textContent;
      try {
        await navigator.clipboard.writeText(text);
      } catch {
        getSelection().selectAllChildren(button.previousElementSibling);
        document.execCommand("copy");
      }
      button.textContent = "copied";
      setTimeout(() => { button.textContent = "copy"; }, 1500);
    });
  }

  // things to play with
  function loaded(address) {
    return new Promise((done) => {
      const image = new Image();
      image.onload = () => done(image);
      image.src = address;
    });
  }
  function name(arm) {
    const space = "http://www.w3.org/2000/svg", mark = document.createElementNS(space, "svg");
    const dot = document.createElementNS(space, "circle");
    mark.setAttribute("viewBox", "0 0 10 10");
    mark.setAttribute("aria-hidden", "true");
    for (const [key, value] of Object.entries({ cx: 5, cy: 5, r: 5, fill: arm.colour })) dot.setAttribute(key, value);
    mark.append(dot);
    return made("div", { class: "name" }, mark, arm.name);
  }
  function canvas(label, width, height, kind = "") {
    return made("canvas", { width, height, class: kind, role: "img", "aria-label": label });
  }
  function slider(label, steps, words, act) {
    const range = made("input", { type: "range", min: 0, max: steps - 1, step: 1, value: steps - 1, "aria-label": label });
    const said = made("output", {});
    const play = made("button", { type: "button" }, "play");
    const move = () => { said.textContent = words(Number(range.value)); range.setAttribute("aria-valuetext", said.textContent); act(Number(range.value)); };
    let timer = 0;
    const rest = () => { clearInterval(timer); timer = 0; play.textContent = "play"; };
    range.addEventListener("input", () => { rest(); move(); });
    play.addEventListener("click", () => {
      if (timer) { rest(); return; }
      if (Number(range.value) === steps - 1) range.value = 0;
      play.textContent = "pause";
      move();
      timer = setInterval(() => {
        if (Number(range.value) === steps - 1) { rest(); return; }
        range.value = Number(range.value) + 1;
        move();
      }, 450);
    });
    return { element: made("div", { class: "handle" }, range, play, said), move };
  }
  const cut = (context, image, arm, row, column, size) => {
    context.imageSmoothingEnabled = false;
    context.drawImage(image, column * arm.width, row * arm.height, arm.width, arm.height, 0, 0, size, size);
  };

  for (const toy of all(".toy.plane")) {
    const facts = JSON.parse(toy.querySelector("script").textContent), stage = toy.querySelector(".stage");
    const shown = facts.arms.map((arm) => {
      const field = canvas(`${arm.name}: its whole latent square; move with the arrow keys`, arm.columns * arm.width, arm.rows * arm.height, "field");
      const decoded = canvas(`${arm.name}: what is decoded there`, 112, 112, "decoded");
      const place = made("output", {});
      field.tabIndex = 0;
      stage.append(made("div", { class: "arm" }, name(arm), made("div", { class: "pair" }, field, decoded), place));
      return { arm, field, decoded, place, image: null };
    });
    let row = Math.floor(facts.arms[0].rows / 2), column = Math.floor(facts.arms[0].columns / 2);
    const draw = () => {
      for (const one of shown) {
        if (!one.image) continue;
        const { arm } = one, context = one.field.getContext("2d");
        context.drawImage(one.image, 0, 0);
        context.strokeStyle = "#ff8c00";
        context.lineWidth = 2;
        context.strokeRect(column * arm.width + 1, row * arm.height + 1, arm.width - 2, arm.height - 2);
        cut(one.decoded.getContext("2d"), one.image, arm, row, column, 112);
        one.place.textContent = `column ${column + 1}, row ${row + 1}`;
      }
      toy.dataset.place = `${row},${column}`;
    };
    const within = (value, size) => Math.min(Math.max(value, 0), size - 1);
    for (const one of shown) {
      const { arm, field } = one;
      const follow = (event) => {
        const box = field.getBoundingClientRect();
        column = within(Math.floor((event.clientX - box.left) / box.width * arm.columns), arm.columns);
        row = within(Math.floor((event.clientY - box.top) / box.height * arm.rows), arm.rows);
        draw();
      };
      field.addEventListener("pointermove", follow);
      field.addEventListener("pointerdown", follow);
      field.addEventListener("keydown", (event) => {
        const step = {
          ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0], Home: [0, -arm.columns], End: [0, arm.columns],
        }[event.key];
        if (!step) return;
        event.preventDefault();
        row = within(row + step[0], arm.rows);
        column = within(column + step[1], arm.columns);
        draw();
      });
      loaded(arm.sheet).then((image) => { one.image = image; draw(); });
    }
  }

  for (const toy of all(".toy.course")) {
    const facts = JSON.parse(toy.querySelector("script").textContent), stage = toy.querySelector(".stage");
    const size = 240, half = size / 2, { means, scales, window: reach } = facts.density;
    const shown = facts.arms.map((arm) => {
      const bytes = Uint8Array.from(atob(arm.points), (character) => character.charCodeAt(0));
      const field = canvas(`${arm.name}: draws during its training`, size, size), outside = made("small", {});
      stage.append(made("div", { class: "arm" }, name(arm), field, outside));
      return { arm, bytes, field, outside };
    });
    const frames = facts.arms[0].shares.length;
    const draw = (frame) => {
      for (const { arm, bytes, field, outside } of shown) {
        const context = field.getContext("2d"), each = bytes.length / frames;
        let beyond = 0;
        context.clearRect(0, 0, size, size);
        context.fillStyle = "rgba(240, 180, 0, 0.35)";
        means.forEach(([x, y], index) => {
          context.beginPath();
          context.arc(half + x / reach * half, half - y / reach * half, 3 * scales[index] / reach * half, 0, 7);
          context.fill();
        });
        context.fillStyle = arm.colour;
        for (let at = frame * each; at < (frame + 1) * each; at += 2) {
          context.fillRect(half + (bytes[at] - 127) / 127 * half - 1, half - (bytes[at + 1] - 127) / 127 * half - 1, 2, 2);
          if ([0, 254].includes(bytes[at]) || [0, 254].includes(bytes[at + 1])) beyond += 1;
        }
        outside.textContent = `${Math.round(200 * beyond / each)} % outside the picture`;
      }
      toy.dataset.frame = frame;
    };
    const handle = slider("share of the training", frames, (frame) => `after ${Number((100 * facts.arms[0].shares[frame]).toPrecision(3))} % of the training`, draw);
    stage.prepend(handle.element);
    handle.move();
  }

  for (const toy of all(".toy.walk")) {
    const facts = JSON.parse(toy.querySelector("script").textContent), stage = toy.querySelector(".stage");
    let pair = 0, step = 0;
    const shown = facts.arms.map((arm) => {
      const field = canvas(`${arm.name}: decoded on the way`, 112, 112), blend = canvas(`${arm.name}: pixel blend`, 112, 112);
      const ends = arm.of_codes ? "between codes of test images" : "between draws of the prior";
      stage.append(made("div", { class: "arm" }, name(arm), field, blend, made("small", {}, ends)));
      return { arm, field, blend, images: [] };
    });
    const draw = () => {
      for (const { arm, field, blend, images } of shown) {
        if (images.length < 2) continue;
        cut(field.getContext("2d"), images[0], arm, pair, step, 112);
        cut(blend.getContext("2d"), images[1], arm, pair, step, 112);
      }
      toy.dataset.step = `${pair},${step}`;
    };
    const steps = facts.arms[0].columns;
    const handle = slider("way from a to b", steps, (at) => `${Math.round(100 * at / (steps - 1))} % of the way`, (at) => { step = at; draw(); });
    const next = made("button", { type: "button" }, "another pair");
    next.addEventListener("click", () => { pair = (pair + 1) % facts.arms[0].rows; draw(); });
    handle.element.append(next);
    stage.prepend(handle.element);
    handle.move();
    for (const one of shown) {
      Promise.all([loaded(one.arm.sheet), loaded(one.arm.blend)]).then((images) => { one.images = images; draw(); });
    }
  }
})();
