(() => {
  "use strict";
  const tip = document.getElementById("tip");
  const el = (name, text, className) => {
    const node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    return node;
  };

  /* ---- what a number rests on: hover, focus or tap ---- */
  let owner = null;
  let leaving = 0;
  const hide = () => {
    if (owner) owner.removeAttribute("aria-describedby");
    owner = null;
    tip.hidden = true;
  };
  const place = (box) => {
    tip.hidden = false;
    const width = tip.offsetWidth;
    const room = document.documentElement.clientWidth;
    const left = Math.max(12, Math.min(box.left + box.width / 2 - width / 2, room - width - 12));
    const below = box.bottom + 10 + tip.offsetHeight < window.innerHeight || box.top < tip.offsetHeight + 14;
    const top = below ? box.bottom + 8 : box.top - tip.offsetHeight - 8;
    tip.style.left = `${left + window.scrollX}px`;
    tip.style.top = `${top + window.scrollY}px`;
  };
  const explain = (link) => {
    const row = document.getElementById(link.hash.slice(1));
    if (!row) return;
    hide();
    tip.replaceChildren(...[...row.childNodes].map((node) => node.cloneNode(true)));
    const how = row.dataset.how && document.getElementById(row.dataset.how);
    if (how) {
      const meaning = how.querySelector(".meta + p");
      if (meaning) tip.append(el("p", meaning.textContent, "definition"));
      const more = el("a", "How this is computed");
      more.href = `#${row.dataset.how}`;
      tip.append(more);
    }
    owner = link;
    owner.setAttribute("aria-describedby", "tip");
    place(link.getClientRects()[0]);
  };
  for (const link of document.querySelectorAll("a.n")) {
    link.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") { clearTimeout(leaving); explain(link); }
    });
    link.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") leaving = setTimeout(hide, 250);
    });
    link.addEventListener("focus", () => { if (link.matches(":focus-visible")) explain(link); });
    link.addEventListener("blur", () => { leaving = setTimeout(hide, 250); });
    link.addEventListener("click", (event) => {
      if (event.detail && matchMedia("(hover: none)").matches) {
        event.preventDefault();
        if (owner === link) hide(); else explain(link);
      }
    });
  }
  tip.addEventListener("pointerenter", () => clearTimeout(leaving));
  tip.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") hide(); });
  tip.addEventListener("focusin", () => clearTimeout(leaving));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("pointerdown", (event) => {
    if (owner && !tip.contains(event.target) && !owner.contains(event.target)) hide();
  });

  /* ---- a link into folded parts unfolds them ---- */
  const unfold = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    target.scrollIntoView({ block: "center" });
  };
  addEventListener("beforeprint", () => {
    for (const each of document.querySelectorAll(".definitions > details, .studies, .fold")) each.open = true;
  });
  addEventListener("hashchange", () => { hide(); unfold(); });
  unfold();

  /* ---- charts ---- */
  const resize = (spec, width) => {
    if (Array.isArray(spec)) return spec.map((each) => resize(each, width));
    if (spec === null || typeof spec !== "object") return spec;
    return Object.fromEntries(Object.entries(spec).map(([key, value]) =>
      [key, key === "width" && value === "container" ? width : resize(value, width)]));
  };
  const sentence = (row, words) => {
    const between = words.between ? ` (${row.low === null ? "" : "interval "}${words.between})` : "";
    return `${words.slice}: ${words.says}${between}, ${words.restsOn}`;
  };
  const setUp = (figure) => {
    const spec = JSON.parse(figure.querySelector(".spec").textContent);
    const rows = spec.data.values;
    const lines = figure.querySelectorAll(".data tbody tr");
    const wordsOf = (row) => {
      const [slice, , says, between, restsOn] = [...lines[row.key].cells].map((cell) => cell.textContent);
      return { slice, says, between, restsOn };
    };
    const area = figure.querySelector(".drawing");
    const live = figure.querySelector(".live");
    const readout = figure.querySelector(".readout");
    const saving = figure.querySelector(".save");
    let view = null;
    let drawnAt = 0;
    let chosen = -1;

    const draw = async () => {
      const width = area.clientWidth;
      if (!width || Math.abs(width - drawnAt) < 2) return;
      drawnAt = width;
      const plot = Math.floor(width - spec.usermeta.room);
      if (view) view.finalize();
      live.replaceChildren();
      figure.classList.add("is-live");
      const drawn = await vegaEmbed(live, resize(spec, plot), {
        mode: "vega-lite", renderer: "svg", actions: false, hover: false, tooltip: false,
      });
      view = drawn.view;
      view.addEventListener("pointermove", point);
      view.addEventListener("pointerdown", point);
      view.addEventListener("pointerout", (event) => { if (event.pointerType === "mouse") clear(); });
      figure.dataset.drawn = "yes";
    };
    const pick = (key) => { if (view) view.signal("picked", key).runAsync(); };
    const clear = () => { hide(); pick(-1); };
    const point = (event, item) => {
      const row = item && item.datum && rows.find((each) => each.key === item.datum.key);
      if (!row) { if (event.pointerType === "mouse") clear(); return; }
      show(row, { left: event.clientX, width: 0, top: event.clientY - 8, bottom: event.clientY + 8 });
    };
    const show = (row, box) => {
      pick(row.key);
      chosen = rows.indexOf(row);
      const words = wordsOf(row);
      tip.replaceChildren(el("b", words.says));
      const list = el("dl");
      for (const [label, text] of [["Slice", words.slice], ["Interval", words.between], ["Rests on", words.restsOn], ["Measure", row.version ? `${row.metric}, version ${row.version}` : row.measure]]) {
        const line = el("div");
        line.append(el("dt", label), el("dd", text));
        list.append(line);
      }
      tip.append(list);
      const how = document.querySelector(`#how-${CSS.escape(row.metric)} .meta + p`);
      if (how) tip.append(el("p", how.textContent, "definition"));
      if (how) {
        const more = el("a", "How this is computed");
        more.href = `#how-${row.metric}`;
        tip.append(more);
      }
      place(box);
    };
    area.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!step || !rows.length) return;
      event.preventDefault();
      chosen = (chosen + step + rows.length) % rows.length;
      pick(rows[chosen].key);
      readout.textContent = sentence(rows[chosen], wordsOf(rows[chosen]));
    });
    area.addEventListener("blur", () => { readout.textContent = ""; clear(); });

    saving.hidden = false;
    for (const button of saving.querySelectorAll("button"))
      button.addEventListener("click", () => save(button.dataset.save, figure, rows));
    new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      new ResizeObserver(draw).observe(area);
      draw();
    }, { rootMargin: "600px" }).observe(area);
  };

  /* ---- saving ---- */
  const download = (name, blob) => {
    const link = el("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const wrap = (text, most) => text.split(/\s+/).reduce((lines, word) => {
    const last = lines[lines.length - 1];
    if ((last + " " + word).length > most) lines.push(word); else lines[lines.length - 1] = `${last} ${word}`.trim();
    return lines;
  }, [""]);
  const picture = (figure) => {
    const svg = [...figure.querySelectorAll(".drawing svg")].find((each) => each.getBoundingClientRect().width > 0);
    const width = Number(svg.getAttribute("width"));
    const height = Number(svg.getAttribute("height"));
    const inner = svg.cloneNode(true);
    inner.prepend(document.querySelector(".patterns defs").cloneNode(true));
    const outer = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const most = Math.floor(width / 6.6);
    const lines = [
      ...wrap(figure.querySelector("h3").textContent, most * 0.9).map((text) => [text, 15, 600, "var(--ink)"]),
      ...wrap(figure.querySelector(".subtitle").textContent, most).map((text) => [text, 12, 400, "var(--muted)"]),
      ...(document.body.dataset.notice ? wrap(document.body.dataset.notice, most).map((text) => [text, 12, 600, "var(--ink)"]) : []),
    ];
    let y = 8;
    for (const [text, size, weight, fill] of lines) {
      y += size * 1.35;
      const line = document.createElementNS("http://www.w3.org/2000/svg", "text");
      for (const [key, value] of Object.entries({ x: 8, y, "font-size": size, "font-weight": weight, fill, "font-family": "sans-serif" })) line.setAttribute(key, value);
      line.textContent = text;
      outer.append(line);
    }
    inner.setAttribute("y", y + 6);
    outer.append(inner);
    const full = Math.ceil(y + 14 + height);
    for (const [key, value] of Object.entries({ width, height: full, viewBox: `0 0 ${width} ${full}` })) outer.setAttribute(key, value);
    const style = getComputedStyle(document.documentElement);
    const text = new XMLSerializer().serializeToString(outer)
      .replace(/var\((--[\w-]+)\)/g, (_, name) => style.getPropertyValue(name).trim().replace(/"/g, "'"));
    return { text, width, height: full, paper: style.getPropertyValue("--paper").trim() };
  };
  const csv = (rows) => {
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !["key", "says", "between", "told"].includes(name));
    const cell = (value) => value === null || value === undefined ? "" : /[",\n]/.test(value) ? `"${String(value).replace(/"/g, '""')}"` : value;
    return [columns.join(","), ...rows.map((row) => columns.map((name) => cell(row[name])).join(","))].join("\n");
  };
  const save = (kind, figure, rows) => {
    const name = `trueup-${figure.id}.${kind}`;
    if (kind === "csv") return download(name, new Blob([csv(rows)], { type: "text/csv" }));
    const drawn = picture(figure);
    if (kind === "svg") return download(name, new Blob([drawn.text], { type: "image/svg+xml" }));
    const image = new Image();
    image.onload = () => {
      const canvas = el("canvas");
      canvas.width = drawn.width * 2;
      canvas.height = drawn.height * 2;
      const pen = canvas.getContext("2d");
      pen.fillStyle = drawn.paper;
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => download(name, blob), "image/png");
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawn.text)}`;
  };
  document.querySelectorAll(".chart").forEach(setUp);
})();
