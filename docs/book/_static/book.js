// What scrolls sideways can be reached by the keyboard.
for (const box of document.querySelectorAll("pre, .katex-display, .table-wrapper, .cell_output table")) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}

// The way to the other language leads to the same heading: their order is the same there.
const headings = [...document.querySelectorAll("article :is(h1, h2, h3, h4)")];
const below = 0.3 * innerHeight; // what stands higher has been read
for (const other of document.querySelectorAll(".other-language")) {
  const page = other.href;
  const lead = () => {
    const read = headings.filter((one) => one.getBoundingClientRect().top < below);
    other.href = read.length > 1 ? `${page}#heading-${read.length - 1}` : page;
  };
  for (const near of ["pointerdown", "focus", "click"]) other.addEventListener(near, lead);
}
const asked = location.hash.match(/^#heading-(\d+)$/);
if (asked && headings[asked[1]]) {
  addEventListener("load", () => headings[asked[1]].scrollIntoView({ behavior: "instant" }));
}

// Figures that move: sliders choose one of the pictures that were made beforehand. What they are
// stands in the figure itself, as tools/moving.py writes it.
for (const figure of document.querySelectorAll("figure.moving")) {
  const { sliders, panes, said, plays, play, pause } = JSON.parse(figure.querySelector("script").textContent);
  const pictures = [...figure.querySelectorAll("img")];
  const sentence = figure.querySelector("output");
  const folder = pictures[0].src.replace(/[^/]*$/, "");
  const controls = document.createElement("div");
  controls.className = "controls";
  sentence.before(controls);

  const inputs = sliders.map(({ label, values, first }) => {
    const line = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "range", min: 0, max: values.length - 1, value: first });
    input.addEventListener("input", () => {
      stop();
      show();
    });
    const value = document.createElement("span");
    value.setAttribute("aria-hidden", "true"); // aria-valuetext says it
    line.append(`${label} `, input, value);
    controls.append(line);
    return input;
  });

  const show = () => {
    const places = inputs.map((input) => Number(input.value));
    const values = sliders.map((slider, n) => slider.values[places[n]]);
    inputs.forEach((input, n) => {
      input.setAttribute("aria-valuetext", values[n]);
      input.nextSibling.textContent = values[n];
    });
    pictures.forEach((picture, n) => {
      if (!panes[n].moves) return;
      picture.src = `${folder}${[n, ...places].join("-")}${panes[n].ending}`;
      picture.alt = panes[n].words.replace(/\{(\d)\}/g, (_, which) => values[which]);
    });
    const at = places.reduce((sum, place, n) => sum * sliders[n].values.length + place, 0);
    sentence.textContent = said[at];
  };

  // All pictures are fetched as soon as somebody comes near a control.
  const fetched = [];
  const fetchAll = () => {
    if (fetched.length) return;
    panes.forEach(({ moves, ending }, n) => {
      if (!moves) return;
      const places = sliders.reduce(
        (all, { values }) => all.flatMap((one) => values.map((_, place) => [...one, place])),
        [[n]],
      );
      for (const place of places) {
        const picture = new Image();
        picture.src = `${folder}${place.join("-")}${ending}`;
        fetched.push(picture);
      }
    });
  };
  for (const near of ["pointerenter", "touchstart", "focusin"]) {
    figure.addEventListener(near, fetchAll, { passive: true });
  }

  // A film plays on demand, once; readers with a screen reader hear its last sentence only.
  let timer = 0;
  const button = document.createElement("button");
  button.type = "button";
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    button.textContent = play;
    sentence.setAttribute("aria-live", "polite");
  };
  button.addEventListener("click", () => {
    if (timer) return stop();
    const [input] = inputs;
    if (input.value === input.max) input.value = 0;
    sentence.setAttribute("aria-live", "off");
    button.textContent = pause;
    timer = setInterval(() => {
      input.stepUp();
      if (input.value === input.max) stop();
      show();
    }, 160);
  });
  if (plays) controls.prepend(button);
  stop();
  show();
}
