// Table rows by key: a row that has not changed stays as it is, with its focus and its open details.
export function show(body, rows, columns, empty) {
  if (rows.length === 0) {
    const cell = element('td', empty);
    cell.colSpan = columns;
    const row = document.createElement('tr');
    row.append(cell);
    body.replaceChildren(row);
    return;
  }

  const labels = [...body.closest('table').querySelectorAll('th')].map(heading => heading.textContent);
  const old = new Map([...body.children].map(row => [row.dataset.key, row]));
  let before = null;
  for (const data of rows) {
    const content = JSON.stringify([data.cells, data.hint, data.details, data.buttons?.map(button => button.text)]);
    let row = old.get(data.key);
    old.delete(data.key);
    if (row?.dataset.content !== content) {
      const made = build(data, row?.querySelector('details')?.open);
      made.dataset.key = data.key;
      [...made.cells].forEach((cell, at) => { cell.dataset.label = labels[at]; });
      made.dataset.content = content;
      row?.replaceWith(made);
      row = made;
    }

    const place = before ? before.nextSibling : body.firstChild;
    if (place !== row) {
      body.insertBefore(row, place);
    }

    before = row;
  }

  [...body.children].filter(row => !row.dataset.key || old.has(row.dataset.key)).forEach(row => row.remove());
}

function build(data, open) {
  const row = document.createElement('tr');
  row.append(...data.cells.map(text => element('td', text)));
  if (data.details) {
    row.append(detailsCell(data, open));
  }

  if (data.buttons) {
    const cell = document.createElement('td');
    cell.append(...data.buttons.map(one => {
      const button = element('button', one.text);
      button.type = 'button';
      button.addEventListener('click', one.press);
      return button;
    }));
    row.append(cell);
  }

  return row;
}

function detailsCell(data, open) {
  const cell = document.createElement('td');
  cell.className = 'fields';
  const details = document.createElement('details');
  details.open = open === true;
  details.append(element('summary', data.summary));
  for (const [title, text] of data.details) {
    details.append(element('h3', title), element('pre', text));
  }

  if (data.hint) {
    cell.append(element('p', data.hint));
  }

  cell.append(details);
  return cell;
}

function element(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text ?? '–';
  return made;
}
