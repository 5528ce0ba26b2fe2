// Shows what happens and drives the sandbox by the control API. Everything is written as text.
import { fillFaults, fillOperations } from './faults.js';
import { fillAccounts } from './accounts.js';
import { show } from './rows.js';
import { money, nepalDateTime, nepalTime } from './format.js';

const newest = 50;
const pause = 1000;
const outcomes = ['completed', 'pending', 'canceled', 'expired', 'failed'];

const part = id => document.getElementById(id);

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

  await refresh();
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

function callRow(one) {
  return {
    key: String(one.id),
    cells: [nepalTime(one.at), one.operation, `${one.method} ${one.path}`, one.status ?? 'no answer'],
    hint: one.hint,
    details: [['Fields', one.fields], ['Headers', one.headers]],
  };
}

async function refresh() {
  const [transactions, requests, faults, clock] = await Promise.all(
    [`transactions?limit=${newest}`, `requests?limit=${newest}`, 'faults', 'clock'].map(call => ask(call)));
  show(part('transactions'), transactions.map(transactionRow), 9, 'None yet.');
  show(part('requests'), requests.reverse().map(callRow), 5, 'None yet.');
  fillFaults(faults);
  part('clock').dateTime = clock.now;
  part('clock').textContent = nepalDateTime(clock.now);
}

async function keepFresh() {
  try {
    await refresh();
  } catch {
    part('clock').textContent = 'the sandbox does not answer';
  } finally {
    setTimeout(keepFresh, pause);
  }
}

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
keepFresh();
