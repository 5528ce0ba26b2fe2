// Shows what happens and drives the sandbox by the control API. Everything is written as text.
import { fillFaults, fillOperations } from './faults.js';
import { fillAccounts } from './accounts.js';
import { keepFresh } from './live.js';
import { show } from './rows.js';
import { money, nepalDateTime, nepalTime } from './format.js';

const newest = 50;
const outcomes = ['completed', 'pending', 'canceled', 'expired', 'failed'];

const part = id => document.getElementById(id);
let ahead = null; // of this machine's clock, in milliseconds; null when the sandbox does not answer

async function ask(call, method = 'GET', body = undefined) {
  const answer = await fetch(`/_sandbox/${call}`, {
    method,
    headers: body ? { 'Content-Type': 'application/json' } : {},
    body: body && JSON.stringify(body),
  });
  const json = await answer.json();
  if (!answer.ok) {
    throw new Error(json.detail ?? `The sandbox answered ${answer.status}.`);
  }

  return json;
}

// Runs what a button does, says what came of it, and shows it.
async function act(said, work) {
  try {
    await work();
    part('said').textContent = said;
  } catch (error) {
    part('said').textContent = error.message;
  }

  await update();
}

function transactionRow(one) {
  return {
    key: one.idx,
    cells: [
      nepalDateTime(one.createdOn), one.purchaseOrderId ?? one.productIdentity, money(one.amount), money(one.fee),
      money(one.refundedAmount), one.state, one.mobile || '–', one.pidx ?? one.token ?? one.idx,
    ],
    buttons: actionsOf(one),
  };
}

function actionsOf(one) {
  const open = one.flow === 'epayment' ? ['Initiated', 'Pending', 'User canceled'] : [];
  if (open.includes(one.state)) {
    const possible = one.state === 'Pending' ? ['completed', 'failed'] : outcomes;
    return possible.map(outcome => ({
      text: outcome,
      press: () => act(`The link of ${one.purchaseOrderId} is ${outcome}.`, () => ask(`epayments/${one.pidx}/outcome`, 'POST', { outcome })),
    }));
  }

  if (['Completed', 'Partially refunded', 'Partially Refunded'].includes(one.state)) {
    return [{
      text: 'refunded',
      press: () => act('Refunded.', () => ask(`transactions/${one.idx}/state`, 'POST', { state: 'Refunded' })),
    }];
  }

  return [];
}

function asSent(one) {
  const headers = Object.entries(one.headers).map(([name, value]) => `${name}: ${value}`);
  return [`${one.method} ${one.path}${one.query}`, ...headers, '', one.body].join('\n');
}

function callRow(one) {
  return {
    key: String(one.id),
    cells: [nepalTime(one.at), one.operation, `${one.method} ${one.path}`, one.status ?? 'no answer'],
    hint: one.hint,
    summary: Object.keys(one.fields).join(', ') || 'no fields',
    details: [['Fields', JSON.stringify(one.fields, null, 2)], ['As it was sent, without secrets', asSent(one)]],
  };
}

async function refresh() {
  try {
    const [transactions, requests, faults, clock] = await Promise.all(
      [`transactions?limit=${newest}`, `requests?limit=${newest}`, 'faults', 'clock'].map(call => ask(call)));
    show(part('transactions'), transactions.map(transactionRow), 9, 'None yet.');
    show(part('requests'), requests.reverse().map(callRow), 5, 'None yet.');
    fillFaults(faults);
    ahead = Date.parse(clock.now) - Date.now();
  } catch {
    ahead = null;
  }

  showClock();
}

function showClock() {
  const now = new Date(Date.now() + (ahead ?? 0));
  part('clock').dateTime = now.toISOString();
  part('clock').textContent = ahead === null ? 'the sandbox does not answer' : nepalDateTime(now);
}

const update = keepFresh(refresh, live => {
  part('updates').textContent = live ? 'Shown as it happens.' : 'Asked every second.';
  showClock();
});

part('clear').addEventListener('click', () => act('All faults are removed.', () => ask('faults', 'DELETE')));

for (const button of document.querySelectorAll('[data-fault]')) {
  button.addEventListener('click', () => {
    const fault = { operation: part('operation').value, ...JSON.parse(button.dataset.fault) };
    return act(`${button.textContent}: set for ${fault.operation}.`, () => ask('faults', 'POST', fault));
  });
}

for (const button of document.querySelectorAll('[data-advance]')) {
  button.addEventListener('click', () =>
    act(`${button.textContent}.`, () => ask('clock', 'POST', { advanceSeconds: Number(button.dataset.advance) })));
}

part('reset').addEventListener('click', () => part('sure').showModal());
part('sure').addEventListener('close', () => {
  if (part('sure').returnValue === 'yes') {
    act('The sandbox is empty.', () => ask('reset', 'POST', {}));
  }

  part('sure').returnValue = '';
});

ask('openapi.json').then(fillOperations);
ask('accounts').then(fillAccounts);
