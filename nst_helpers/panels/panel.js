// What ipywidgets leaves undone: names for screen readers, clicks in a picture, a word when an
// upload does not arrive, and copying. An invisible picture, once loaded, runs this; `this` is it.
const tips = JSON.parse(this.dataset.tips), words = JSON.parse(this.dataset.words);
const tell = (one, what, text) => {
  if (one && text && one.getAttribute(what) !== text) one.setAttribute(what, text);
};
const name = (panel) => {
  for (const row of panel.querySelectorAll('.widget-inline-hbox')) {
    const label = row.querySelector('label'), readout = row.querySelector('.widget-readout');
    const handle = row.querySelector('[role=slider], .ui-slider-handle');
    if (!label) continue;
    tell(row, 'title', tips[label.textContent]);
    tell(handle, 'role', 'slider');
    tell(handle, 'aria-label', label.textContent);
    tell(handle, 'aria-valuetext', readout && readout.textContent);
    if (readout && readout.isContentEditable) {
      tell(readout, 'role', 'textbox');
      tell(readout, 'aria-label', words.typed.replace('{label}', label.textContent));
    }
  }
  for (const button of panel.querySelectorAll('.nst-upload')) {
    // ipywidgets writes "(0)" behind the name, whatever came before.
    const text = [...button.childNodes].find((one) => /\(0\)\s*$/.test(one.data || ''));
    if (text) text.data = text.data.replace(/\s*\(0\)\s*$/, '');
  }
  for (const image of panel.querySelectorAll('img.widget-image')) {
    const caption = image.parentElement.querySelector('.nst-caption');
    tell(image, 'alt', caption && caption.textContent);
  }
};
const clicked = (panel, event) => {
  const image = event.target.closest('.nst-click img');
  if (!image) return;
  const box = image.getBoundingClientRect();
  const input = panel.querySelector('.nst-clicked input');
  // The time makes a second click at the same place another value.
  input.value = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height,
    performance.now()].join(' ');
  input.dispatchEvent(new Event('input', {bubbles: true}));
  input.dispatchEvent(new Event('change', {bubbles: true}));
};
// A server's limit (10 MB unless told otherwise) cuts the connection without a word. What arrives
// in Python makes the line of class nst-waiting anew; what does not is told there.
const uploading = (panel, file) => {
  const line = panel.querySelector('.nst-waiting');
  if (!file || !line) return;
  const size = file.size / 1e6;
  setTimeout(() => {
    if (!line.isConnected) return;
    line.textContent = words.nothing.replace('{size}', size.toFixed(1))
      .replace('{file}', () => file.name);
  }, 4000 + 800 * size);
};
// ipywidgets' file input is on no page, so its events reach no panel: it is met when it is clicked.
const choosing = (panel, event) => {
  if (!event.target.closest('.nst-upload')) return;
  const input = HTMLInputElement.prototype, click = input.click;
  input.click = function () {
    input.click = click;
    this.addEventListener('change', () => uploading(panel, this.files[0]), {once: true});
    click.call(this);
  };
  setTimeout(() => { input.click = click; });
};
const copying = (event) => {
  const button = event.target.closest('.nst-copy');
  if (!button) return;
  const code = button.closest('.nst-python').querySelector('code');
  const say = (text) => { const before = button.textContent; button.textContent = text;
    setTimeout(() => { button.textContent = before; }, 1500); };
  const select = () => { getSelection().selectAllChildren(code);
    say(document.execCommand('copy') ? words.copied : words.selected); };
  if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(
    () => say(words.copied), select);
  else select();
};
// Notebook 7 takes the arrow keys for itself, even those that move a slider. A listener of the
// window comes before its own, and marks the slider for those keys alone: Ctrl-S still saves.
const keys = (event) => {
  const handle = event.target.closest?.('.nst-panel [role=slider]');
  if (!handle) return;
  const moves = /^(Arrow|Page|Home|End)/.test(event.key) && !event.ctrlKey && !event.metaKey;
  handle.toggleAttribute('data-lm-suppress-shortcuts', moves);
};
if (!window.nstKeys) window.addEventListener('keydown', window.nstKeys = keys, true);
const begin = (tries) => {
  const panel = this.closest('.nst-panel');
  if (!panel) { if (tries) setTimeout(begin, 200, tries - 1); return; }
  name(panel);
  const watch = {childList: true, subtree: true, characterData: true};
  new MutationObserver(() => name(panel)).observe(panel, watch);
  panel.addEventListener('click', (event) => { clicked(panel, event); copying(event); });
  panel.addEventListener('click', (event) => choosing(panel, event), true);
};
begin(50);
