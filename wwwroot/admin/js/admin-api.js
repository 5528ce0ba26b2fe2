// The merchant's HTTP API, with the cookie of the sign-in. The header says that a page of ours meant the request.
import { call } from '../../js/api.js';

const meant = { 'X-Requested-With': 'khalti-checkout' };
const root = '/api/v1/admin';
const ask = (method, path, how = {}) =>
  call(method, `${root}${path}`, { credentials: 'same-origin', headers: meant, timeout: 30_000, ...how }).then(answer => answer.data);
const at = encodeURIComponent;

// Only what is set, so that an address stays short.
export function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== '' && value !== null && value !== undefined);
  return set.length === 0 ? '' : `?${new URLSearchParams(set)}`;
}

export const whoAmI = () => ask('GET', '/session');
export const signIn = key => ask('POST', '/session', { body: { key } });
export const signOut = () => ask('DELETE', '/session');

export const listOrders = filter => ask('GET', `/orders${query(filter)}`);
export const csvOf = filter => `${root}/orders.csv${query(filter)}`;
export const readOrder = id => ask('GET', `/orders/${at(id)}`);
export const readSummary = days => ask('GET', `/summary${query({ days })}`);

// The server itself waits for Khalti in these, so they get longer.
export const checkPayment = (id, key) => ask('POST', `/payments/${at(id)}/check`, { key, timeout: 60_000 });
export const checkRefund = (id, key) => ask('POST', `/refunds/${at(id)}/check`, { key, timeout: 60_000 });
export const refundOrder = (id, body, key) => ask('POST', `/orders/${at(id)}/refunds`, { body, key, timeout: 60_000 });
export const settleRefund = (id, body, key) => ask('POST', `/refunds/${at(id)}/settle`, { body, key });
export const recordRefund = (paymentId, body, key) => ask('POST', `/payments/${at(paymentId)}/refunds-found`, { body, key, timeout: 60_000 });
export const attachTransaction = (id, body, key) => ask('POST', `/orders/${at(id)}/payments`, { body, key, timeout: 60_000 });
export const listUnmatched = cursor => ask('GET', `/unmatched-transactions${query({ cursor })}`);
export const resolveUnmatched = (id, body, key) => ask('POST', `/unmatched-transactions/${at(id)}/resolve`, { body, key });
export const resolveOrder = (id, body, key) => ask('POST', `/orders/${at(id)}/resolve`, { body, key });

export const listKeys = () => ask('GET', '/keys').then(answer => answer.data);
export const createKey = body => ask('POST', '/keys', { body });
export const listSignIns = () => ask('GET', '/sessions').then(answer => answer.data);
export const endSignIn = id => ask('DELETE', `/sessions/${at(id)}`);
export const revokeKey = id => ask('POST', `/keys/${at(id)}/revoke`);

export const listCloses = cursor => ask('GET', `/closes${query({ cursor })}`);
export const readClose = day => ask('GET', `/closes/${at(day)}`);
export const runClose = (day, key) => ask('POST', '/closes', { body: { day }, key, timeout: 300_000 });
export const signOffClose = (day, note, leftOut, key) => ask('POST', `/closes/${at(day)}/sign-off`, { body: { ...note === '' ? {} : { note }, leftOut }, key });
