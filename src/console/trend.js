const svg = 'http://www.w3.org/2000/svg';

/** Small bars, one for each count; the figures beside them say the same to those who cannot see. @param {readonly number[]} counts @param {HTMLElement} cell */
export function trend(counts, cell) {
  const picture = cell.firstElementChild ?? cell.appendChild(document.createElementNS(svg, 'svg'));
  const [step, height] = [8, 20];
  if (picture.childElementCount === 0) {
    for (const [name, value] of [
      ['class', 'trend'],
      ['viewBox', `0 0 ${counts.length * step} ${height}`],
      ['aria-hidden', 'true'],
    ]) {
      picture.setAttribute(name ?? '', value ?? '');
    }
    counts.forEach((_, at) => {
      const bar = picture.appendChild(document.createElementNS(svg, 'rect'));
      bar.setAttribute('x', String(at * step));
      bar.setAttribute('width', String(step - 2));
    });
  }
  const most = Math.max(...counts, 1);
  counts.forEach((count, at) => {
    const tall = count === 0 ? 0.5 : Math.max(2, (count / most) * height);
    picture.children[at]?.setAttribute('y', String(height - tall));
    picture.children[at]?.setAttribute('height', String(tall));
  });
}
