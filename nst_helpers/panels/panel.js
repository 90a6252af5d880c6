// What ipywidgets leaves undone: names for screen readers, clicks in a picture, a word when an
// upload does not arrive, and copying. An invisible picture, once loaded, runs this; `this` is it.
const tips = JSON.parse(this.dataset.tips);
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
      tell(readout, 'aria-label', label.textContent + ', typed');
    }
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
  input.value = (event.clientX - box.left) / box.width + ' ' +
    (event.clientY - box.top) / box.height;
  input.dispatchEvent(new Event('input', {bubbles: true}));
  input.dispatchEvent(new Event('change', {bubbles: true}));
};
const begin = (tries) => {
  const panel = this.closest('.nst-panel');
  if (!panel) { if (tries) setTimeout(begin, 200, tries - 1); return; }
  name(panel);
  const watch = {childList: true, subtree: true, characterData: true};
  new MutationObserver(() => name(panel)).observe(panel, watch);
  panel.addEventListener('click', (event) => clicked(panel, event));
};
begin(50);
