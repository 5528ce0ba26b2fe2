// One order: what wants a look first, then money, goods, payments, and the whole story.
import { getProducts } from '../../js/api.js';
import { el, focusOn, setText } from '../../js/dom.js';
import { digits, has, language, t } from '../../js/i18n.js';
import { money, signed } from '../../js/money.js';
import { newKey } from '../../js/random.js';
import { dateAndTime, shortTime } from '../../js/time.js';
import { note as noteText } from '../../js/typed-text.js';
import { attachTransaction, checkPayment, checkRefund, readOrder, recordRefund, resolveOrder, settleRefund } from './admin-api.js';
import { ask, badge, button, copyable, facts, failed, field, loading, paisaOf, whyNot, word } from './parts.js';
import { forgetLists, openBadge } from './orders.js';
import { askRefund } from './refund.js';
import { session } from './session.js';

const isOpen = status => status === 'verifying' || status === 'needs_review';
const isOpenRefund = refund => refund.status === 'requested' || refund.status === 'unknown';

// Khalti says "partially refunded" and not how much: then a person has to.
const needsAmount = payment => payment.status === 'partially_refunded' && payment.amountRefunded === 0;

export function showOrder(context) {
  const { place, address, isCurrent, expired } = context;
  const id = address.get('order');
  const content = el('div', { class: 'order' });
  const news = el('div', { role: 'status' });
  place.append(el('p', {}, el('a', { href: '/admin/', onclick: backToList }, t('order.back'))), el('h1', {}, t('order.title', { end: id.slice(-8) })), news, content);
  read();

  // Coming from a list, "back" is that list with everything that was fetched of it.
  function backToList(event) {
    if (!history.state?.fromDesk) return;
    event.preventDefault();
    history.back();
  }

  async function read(message = null) {
    if (content.childElementCount === 0) content.append(loading());
    try {
      const order = await readOrder(id);
      if (isCurrent()) present(order, message);
    } catch (error) {
      if (!isCurrent()) return;
      if (error.status === 401) expired();
      else content.replaceChildren(error.status === 404 ? el('p', { class: 'notice' }, t('order.missing')) : failed(error, () => read()));
    }
  }

  function present(order, message) {
    if (message) forgetLists(); // something was done, and what they say of this order may be old
    const act = actions(order);
    content.replaceChildren(
      ...[
        attention(order, act),
        head(order),
        el('div', { class: 'columns' },
          el('div', {}, payments(order, act), refunds(order, act), lines(order)),
          el('div', {}, customer(order), timeline(order))),
      ].filter(Boolean));
    tell(message);
  }

  function tell(message) {
    news.replaceChildren(...message ? [el('p', { class: `notice${message.tone === 'good' ? ' good' : message.tone === 'stop' ? ' stop' : ''}`, tabindex: '-1' }, message.text)] : []);
    if (message) focusOn(news.firstChild); // it stands at the top, and the button may have been far below
  }

  // Each action makes a request of its own, with a key that stays the same until there was an answer.
  function actions(order) {
    const keys = new Map();
    async function run(node, name, work, said) {
      if (node.getAttribute('aria-disabled') === 'true') return;
      node.setAttribute('aria-disabled', 'true');
      setText(node, t('working'));
      if (!keys.has(name)) keys.set(name, newKey());
      let message;
      try {
        message = said(await work(keys.get(name)));
        keys.delete(name);
      } catch (error) {
        if (error.status === 401) return expired();
        if (error.kind === 'refused') keys.delete(name);
        message = { tone: 'stop', text: whyNot(error) };
      }
      await read(message);
      context.refreshCount();
      return null;
    }

    return {
      check: payment => event => run(event.currentTarget, `check ${payment.id}`, key => checkPayment(payment.id, key), found => checked(order, found, payment)),
      checkRefund: refund => event => run(event.currentTarget, `check ${refund.id}`, key => checkRefund(refund.id, key), found => refundChecked(found)),
      refund: payment => () => askRefund({ order, payment, done: message => { read(message); context.refreshCount(); }, expired }),
      resolve: reason => () => askResolve(order, reason),
      settle: refund => () => askSettle(refund),
      record: payment => () => askFound(payment),
      attach: (transactionId = '') => () => askAttach(order, transactionId),
    };
  }

  function askNote({ title, text, label, yes, send, said, parts = [] }) {
    const key = newKey();
    const note = el('textarea', { id: 'note', rows: '3', maxlength: '500', required: true });
    return ask({
      title, yes,
      parts: [el('p', {}, text), ...parts, field(label, note)],
      onsubmit: async ({ close, tell: complain }) => {
        const given = noteText(note.value);
        if (given === '') { complain(t('note.empty')); return; }
        await send(given, key);
        close();
        await read({ tone: 'good', text: said });
        context.refreshCount();
      },
    });
  }

  function askResolve(order, reason) {
    // With the last reason about it an unclear payment is over. When Khalti says that it was paid, and it can't be refunded from
    // here, only a person can say that it is seen to.
    const unclear = order.payments.filter(payment => payment.status === 'needs_review' && payment.refundable === 0
      && !order.reasons.some(other => other.id !== reason.id && other.paymentId === payment.id));
    const stranded = unclear.some(payment => /^(completed?|partially refunded)$/i.test(payment.khaltiState ?? ''));
    const close = el('input', { type: 'checkbox', id: 'close-payments' });
    askNote({
      title: t('resolve.heading'), text: t('resolve.text'), label: t('resolve.note'), yes: t('resolve.yes'),
      parts: stranded ? [el('p', {}, el('label', {}, close, ' ', t('resolve.close')))]
        : unclear.length > 0 ? [el('p', { class: 'notice stop' }, t('resolve.closes'))] : [],
      send: (note, key) => resolveOrder(order.id, { note, reasonId: reason.id, closePayments: close.checked }, key),
      said: t('resolve.done'),
    });
  }

  function askAttach(order, transactionId) {
    const keys = new Map(); // of what is asked: another transaction or note is another request
    const id = el('input', { id: 'attach-transaction', autocomplete: 'off', spellcheck: 'false', maxlength: '100', required: true, value: transactionId });
    askNote({
      title: t('attach.heading'), text: t('attach.text', { amount: money(order.amount) }), label: t('attach.note'), yes: t('attach.yes'),
      parts: [field(t('attach.transaction'), id, { hint: t('attach.hint') })],
      send: async note => {
        if (id.value.trim() === '') throw Object.assign(new Error(), { errors: { transactionId: [t('attach.empty')] } });
        const body = { transactionId: id.value.trim(), note };
        const print = JSON.stringify(body);
        if (!keys.has(print)) keys.set(print, newKey());
        try {
          await attachTransaction(order.id, body, keys.get(print));
        } catch (error) {
          if (error.kind === 'refused') keys.delete(print); // nothing was done, and Khalti may say another thing later
          throw error;
        }
      },
      said: t('attach.done'),
    });
  }

  function askSettle(refund) {
    const made = el('input', { type: 'radio', name: 'outcome', id: 'made', value: 'completed' });
    const not = el('input', { type: 'radio', name: 'outcome', id: 'not-made', value: 'failed' });
    askNote({
      title: t('settle.heading', { amount: money(refund.amount) }), text: t('settle.text'), label: t('settle.note'), yes: t('settle.yes'),
      parts: [el('fieldset', { class: 'radios' }, el('legend', {}, t('settle.question')),
        el('label', {}, made, ' ', t('settle.made')), el('label', {}, not, ' ', t('settle.not')))],
      send: (note, key) => {
        if (!made.checked && !not.checked) throw Object.assign(new Error(), { errors: { outcome: [t('settle.choose')] } });
        return settleRefund(refund.id, { outcome: made.checked ? 'completed' : 'failed', note }, key);
      },
      said: t('settle.done'),
    });
  }

  function askFound(payment) {
    const sum = el('input', { id: 'found-amount', inputmode: 'decimal', autocomplete: 'off', required: true });
    askNote({
      title: t('found.heading'), text: t('found.text'), label: t('found.note'), yes: t('found.yes'),
      parts: [field(t('found.amount'), sum, { hint: t('found.of', { amount: money(payment.amountPaid ?? payment.amount) }) })],
      send: (note, key) => {
        const paisa = paisaOf(sum.value);
        if (paisa === null || paisa === 0) throw Object.assign(new Error(), { errors: { amount: [t('refund.bad')] } });
        return recordRefund(payment.id, { amount: paisa, note, refundedBefore: payment.amountRefunded }, key);
      },
      said: t('found.done'),
    });
  }
}

function checked(before, found, asked) {
  const payment = found.payments.find(one => one.id === asked.id);
  const silent = found.timeline.at(-1)?.what === 'check_unanswered';
  if (silent) return { text: t('check.silent') };
  if (payment.status !== asked.status) return { tone: 'good', text: t('check.news', { status: word('payment', payment.status) }) };
  return isOpen(payment.status) ? { text: t('check.open') } : { tone: 'good', text: t('check.same') };
}

function refundChecked(refund) {
  return isOpenRefund(refund) ? { text: t('check.refund.open') } : { tone: 'good', text: t(`check.refund.${refund.status}`) };
}

function head(order) {
  const paid = order.payments.reduce((sum, payment) => sum + (payment.amountPaid ?? 0), 0);
  const went = order.payments.reduce((sum, payment) => sum + payment.amountRefunded, 0);
  const fees = order.payments.reduce((sum, payment) => sum + (payment.fee ?? 0), 0);
  return el('section', { class: 'card head', 'aria-label': t('order.heading') },
    el('div', { class: 'head-row' },
      el('p', { class: 'big' }, money(order.amount)),
      el('p', { id: 'order-status', 'data-status': order.status }, badge('status', order.status), openBadge(order))),
    facts(
      ['order.number', copyable(order.id, t('order.number'))],
      order.reference ? ['order.reference', copyable(order.reference, t('order.reference'))] : null,
      order.receiptNumber ? ['order.receipt', copyable(order.receiptNumber, t('order.receipt'))] : null,
      ['order.placed', dateAndTime(order.createdAt)],
      order.paidAt ? ['order.paid', dateAndTime(order.paidAt)] : order.status === 'pending' ? ['order.expires', dateAndTime(order.expiresAt)] : null,
      paid > 0 ? ['order.came', money(paid)] : null,
      went > 0 ? ['order.went', money(went)] : null,
      fees > 0 ? ['order.fees', money(fees)] : null,
      paid > 0 ? ['order.net', el('strong', {}, money(paid - went - fees))] : null),
    el('p', { class: 'card-foot' }, el('a', { href: `/order.html?id=${encodeURIComponent(order.id)}`, target: '_blank', rel: 'noopener' }, t('order.page'))));
}

// Every open reason, most urgent first: what it means, what to do, and the buttons for it.
function attention(order, act) {
  if (order.reasons.length === 0) return null;
  return el('div', { id: 'attention' }, ...order.reasons.map(reason => reasonCard(order, reason, act)));
}

function reasonCard(order, reason, act) {
  const code = reason.reason;
  const isCause = id => reason.paymentId === null || id === reason.paymentId;
  const payment = order.payments.find(one => one.id === reason.paymentId);
  const refund = order.refunds.find(one => one.id === reason.refundId);
  const buttons = [];
  if (session.may('admin')) {
    for (const open of order.payments.filter(one => isOpen(one.status) && isCause(one.id) && !refund)) buttons.push(button('check', act.check(open), { quiet: false }));
    const openRefunds = order.refunds.filter(one => isOpenRefund(one) && (refund ? one === refund : isCause(one.paymentId)));
    for (const open of openRefunds) buttons.push(button('check.refund', act.checkRefund(open), { quiet: false }));
    for (const open of openRefunds) buttons.push(button('settle', act.settle(open)));
    for (const part of order.payments.filter(one => needsAmount(one) && isCause(one.id))) buttons.push(button('found', act.record(part), { quiet: false }));
  }
  if (session.may('admin') && code === 'unmatched_transaction') buttons.push(button('attach', act.attach(reason.transactionId ?? ''), { quiet: false }));
  const paid = order.payments.filter(one => one.refundable > 0);
  if (session.may('refund') && ['double_payment', 'paid_late', 'amount_conflict'].includes(code) && paid.length > 0) {
    buttons.push(button(code === 'double_payment' ? 'refund.second' : 'refund', act.refund(paid.find(one => one === payment) ?? paid.at(-1))));
  }
  if (session.may('admin')) buttons.push(button('resolve', act.resolve(reason)));
  const title = `reason-${reason.id}`;
  return el('section', { class: 'attention', 'data-attention': code, 'data-reason-id': reason.id, 'aria-labelledby': title },
    el('h2', { id: title }, word('attention', code)),
    el('p', {}, word('means', code)),
    el('p', {}, el('strong', {}, t('todo')), ' ', word('do', code)),
    el('p', { class: 'soft' },
      refund ? t('reason.refund', { amount: money(refund.amount), begun: dateAndTime(refund.createdAt) })
        : payment ? t('reason.payment', { method: word('method', payment.method), amount: money(payment.amountPaid ?? payment.amount), begun: dateAndTime(payment.createdAt) }) : '',
      reason.transactionId ? copyable(reason.transactionId, t('attach.transaction')) : '',
      ' ', t('reason.raised', { when: dateAndTime(reason.raisedAt) })),
    buttons.length > 0 ? el('div', { class: 'choices' }, ...buttons) : el('p', { class: 'hint' }, t('todo.other')));
}

function payments(order, act) {
  const attach = session.may('admin') ? el('p', { class: 'choices' }, button('attach', act.attach())) : null;
  return el('section', { class: 'card' }, el('h2', {}, t('payments')),
    ...order.payments.length === 0 ? [el('p', {}, t('payments.none'))] : [...order.payments].reverse().map(payment => paymentCard(order, payment, act)),
    attach);
}

function paymentCard(order, payment, act) {
  const refunding = order.refunds.some(refund => refund.paymentId === payment.id && isOpenRefund(refund));
  const differs = payment.amountPaid !== null && payment.amountPaid !== payment.amount;
  const buttons = [
    session.may('refund') && payment.refundable > 0 && !refunding ? button('refund', act.refund(payment)) : null,
    session.may('admin') && needsAmount(payment) ? button('found', act.record(payment)) : null,
    session.may('admin') ? button('check', act.check(payment)) : null,
  ].filter(Boolean);
  return el('article', { class: 'item', 'data-payment': payment.id, 'data-status': payment.status },
    el('h3', {}, `${word('method', payment.method)}, ${money(payment.amountPaid ?? payment.amount)} `, badge('payment', payment.status)),
    el('p', { class: 'tells' }, word('payment.tells', payment.failure === 'closed_by_merchant' ? 'closed' : payment.status), refunding ? ` ${t('payment.refunding')}` : ''),
    facts(
      payment.khaltiState ? ['payment.khalti', el('q', { lang: 'en' }, payment.khaltiState)] : null,
      differs ? ['payment.asked', money(payment.amount)] : null,
      payment.fee !== null ? ['payment.fee', money(payment.fee)] : null,
      payment.amountRefunded > 0 ? ['payment.back', money(payment.amountRefunded)] : null,
      payment.failure ? ['payment.failure', word('failure', payment.failure)] : null,
      payment.transactionId ? ['payment.transaction', copyable(payment.transactionId, t('payment.transaction'))] : null,
      payment.pidx ? ['payment.pidx', copyable(payment.pidx, t('payment.pidx'))] : null,
      ['payment.begun', dateAndTime(payment.createdAt)],
      payment.completedAt ? ['payment.done', dateAndTime(payment.completedAt)] : null,
      isOpen(payment.status) && payment.nextCheckAt ? ['payment.next', dateAndTime(payment.nextCheckAt)] : null),
    buttons.length > 0 ? el('div', { class: 'choices' }, ...buttons) : null);
}

function refunds(order, act) {
  if (order.refunds.length === 0) return null;
  return el('section', { class: 'card' }, el('h2', {}, t('refunds')), ...[...order.refunds].reverse().map(refund => el('article', { class: 'item', 'data-refund': refund.id, 'data-status': refund.status },
    el('h3', {}, `${money(refund.amount)} `, badge('refund.is', refund.status)),
    el('p', { class: 'tells' }, t(refund.origin === 'khalti' ? 'refund.tells.khalti' : `refund.tells.${refund.status}`)),
    facts(
      refund.reason ? ['refund.why', refund.reason] : null,
      refund.by ? ['refund.by', refund.by] : null,
      refund.mobile ? ['refund.to', digits(refund.mobile)] : null,
      refund.failure ? ['payment.failure', word('failure', refund.failure)] : null,
      refund.creditNoteNumber ? ['refund.note', copyable(refund.creditNoteNumber, t('refund.note'))] : null,
      ['refund.asked', dateAndTime(refund.createdAt)],
      refund.completedAt ? ['refund.at', dateAndTime(refund.completedAt)] : null),
    isOpenRefund(refund) && session.may('admin')
      ? el('div', { class: 'choices' }, button('check.refund', act.checkRefund(refund)), button('settle', act.settle(refund)))
      : null)));
}

// An order keeps the name that was on the shelf; in Nepali the shelf's other name says more, where there is one.
let catalogue = null;
async function nameIn(node, productId) {
  if (language() !== 'ne' || productId === null) return;
  try {
    catalogue ??= getProducts();
    const name = (await catalogue).find(product => product.id === productId)?.nameNe;
    if (name) setText(node, name);
  } catch {
    catalogue = null;
  }
}

function named(line) {
  const node = el('span', {}, line.name);
  nameIn(node, line.productId);
  return node;
}

function lines(order) {
  return el('section', { class: 'card' }, el('h2', {}, t('lines')),
    el('ul', { class: 'lines' }, ...order.lines.map(line => el('li', {},
      named(line), el('span', { class: 'soft' }, `${digits(line.quantity)} × ${money(signed(line, line.unitPrice))}`), el('span', { class: 'amount' }, money(signed(line, line.amount)))))),
    el('p', { class: 'total' }, el('span', {}, t('basket.total')), ' ', el('strong', {}, money(order.amount))));
}

function customer({ customer: { name, email, phone } }) {
  return el('section', { class: 'card' }, el('h2', {}, t('customer')),
    name === null && email === null && phone === null
      ? el('p', {}, t('customer.none'))
      : facts(
        name ? ['customer.name', name] : null,
        phone ? ['customer.phone', el('a', { href: `tel:${phone.replace(/[^+\d]/g, '')}` }, phone)] : null,
        email ? ['customer.email', el('a', { href: `mailto:${encodeURIComponent(email).replace('%40', '@')}` }, email)] : null));
}

function timeline(order) {
  return el('section', { class: 'card' }, el('h2', {}, t('timeline')),
    el('ol', { id: 'timeline', class: 'timeline' }, ...[...order.timeline].reverse().map(line => el('li', { 'data-what': line.what },
      el('p', { class: 'when' }, shortTime(line.at)),
      el('p', { class: 'what' }, sentence(line), ' ', el('span', { class: 'soft' }, line.key ? t('by.key', { key: line.key }) : t(`by.${line.by}`))),
      line.note ? el('p', { class: 'raw', lang: 'en' }, line.note) : null))));
}

function sentence(line) {
  if (line.what === 'attention' && has(`attention.${line.note}`)) return t('what.attention', { reason: t(`attention.${line.note}`) });
  return has(`what.${line.what}`) ? t(`what.${line.what}`) : line.what;
}
