// Shows what happened lately and asks again every two seconds. Everything is written as text.
const newest = 50;

document.querySelector('#script').textContent = new URL('/khalti-checkout.js', location.href).href;

document.querySelector('#reset').addEventListener('click', async () => {
  await fetch('/_sandbox/reset', { method: 'POST' });
  document.querySelector('#said').textContent = 'The sandbox is empty.';
  await refresh();
});

function rupees(paisa) {
  return `${Math.floor(paisa / 100)}.${String(paisa % 100).padStart(2, '0')}`;
}

function fill(id, rows, empty) {
  const width = document.querySelectorAll(`table:has(#${id}) th`).length;
  const shown = rows.length > 0 ? rows.map(row) : [row([empty])];
  if (rows.length === 0) {
    shown[0].firstChild.colSpan = width;
  }

  document.getElementById(id).replaceChildren(...shown);
}

function row(cells) {
  const made = document.createElement('tr');
  for (const text of cells) {
    const cell = document.createElement('td');
    cell.textContent = text ?? '–';
    made.append(cell);
  }

  return made;
}

async function refresh() {
  const [transactions, requests] = await Promise.all(
    ['transactions', 'requests'].map(name => fetch(`/_sandbox/${name}`).then(answer => answer.json())));
  fill('transactions', transactions.slice(0, newest).map(one => [
    new Date(one.createdOn).toLocaleString(), one.productIdentity, rupees(one.amount), rupees(one.fee),
    rupees(one.refundedAmount), one.state, one.mobile, one.idx,
  ]), 'None yet.');
  fill('requests', requests.slice(-newest).reverse().map(one => [
    new Date(one.at).toLocaleTimeString(), one.operation, `${one.method} ${one.path}`, one.status ?? 'no answer',
    JSON.stringify(one.fields),
  ]), 'None yet.');
  document.querySelectorAll('#requests td:nth-child(5)').forEach(cell => cell.classList.add('fields'));
}

async function keepFresh() {
  try {
    await refresh();
  } finally {
    setTimeout(keepFresh, 2000);
  }
}

keepFresh();
