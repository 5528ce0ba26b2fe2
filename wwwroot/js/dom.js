// Builds elements. Text always goes in as text, never as markup: a product or a customer may be called "<b>".
export const byId = id => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else node.setAttribute(name, value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}

// Writes only what changed, so that a live region speaks only when there is news.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function show(node, visible) {
  if (node.hidden === visible) node.hidden = !visible;
}

export function focusOn(node) {
  if (!node.hasAttribute('tabindex') && !node.matches('a[href], button, input')) node.tabIndex = -1;
  node.focus();
}
