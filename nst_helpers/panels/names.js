// ipywidgets leaves sliders without an accessible name, menus without their tooltip, and pictures
// without alternative text. An invisible picture, once loaded, sees to that, also after changes.
const tips = JSON.parse(this.dataset.tips);
const tell = (one, what, text) => {
  if (one && text && one.getAttribute(what) !== text) one.setAttribute(what, text);
};
const name = (panel) => {
  for (const row of panel.querySelectorAll('.widget-inline-hbox')) {
    const label = row.querySelector('label'), readout = row.querySelector('.widget-readout');
    const handle = row.querySelector('[role=slider]');
    if (!label) continue;
    tell(row, 'title', tips[label.textContent]);
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
  for (const bar of panel.querySelectorAll('.widget-hprogress')) {
    tell(bar, 'role', 'progressbar');
    tell(bar, 'aria-label', 'Steps done');
  }
};
const begin = (tries) => {
  const panel = this.closest('.nst-panel');
  if (!panel) { if (tries) setTimeout(begin, 200, tries - 1); return; }
  name(panel);
  const watch = {childList: true, subtree: true, characterData: true};
  new MutationObserver(() => name(panel)).observe(panel, watch);
};
begin(50);
