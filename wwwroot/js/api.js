// The shop's HTTP API. A call ends in one of three ways: an answer, a refusal (ApiError, kind "refused", with the
// server's code), or not known (kind "unknown": no answer, a late one, a broken one, 5xx, or one not made by the shop).
// Anything else that is thrown is a fault of the page itself and says nothing about the shop's answer (kind "fault").
import { learnServerTime } from './server-clock.js';

export class ApiError extends Error {
  constructor(kind, code, { status = 0, errors = null, reason = null, retryAfter = null, traceId = null } = {}) {
    super(code);
    Object.assign(this, { kind, code, status, errors, reason, retryAfter, traceId });
  }
}

// For error messages: an error of this page must never be shown as a lost answer.
export function problemOf(error) {
  if (error instanceof ApiError) return error;
  console.error(error);
  return new ApiError('fault', error instanceof Error ? `${error.name}: ${error.message}` : String(error));
}

// With a key goes the browser's cookie, which keeps it apart from the keys of other shoppers.
export async function call(method, path, { body, key, timeout = 15_000, credentials = key ? 'same-origin' : 'omit', headers: more = {} } = {}) {
  const headers = { Accept: 'application/json', ...more };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;

  const sent = body === undefined ? undefined : JSON.stringify(body);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), timeout);
  let response, text;
  try {
    response = await fetch(path, {
      method, headers, signal: stop.signal, cache: 'no-store', credentials, redirect: 'error',
      body: sent,
    });
    text = await response.text();
  } catch {
    throw new ApiError('unknown', stop.signal.aborted ? 'timeout' : 'network');
  } finally {
    clearTimeout(timer);
  }
  learnServerTime(response.headers.get('Date'));

  let json = null;
  try { json = JSON.parse(text); } catch { /* told apart below */ }
  const readable = json !== null && typeof json === 'object';
  if (response.status === 204) return { status: 204, data: null };
  if (response.ok && readable) return { status: response.status, data: json };
  throw refusal(response, readable ? json : {});
}

function refusal(response, problem) {
  const code = typeof problem.code === 'string' ? problem.code : null;
  const wait = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  const details = {
    status: response.status, errors: problem.errors ?? null, reason: problem.reason ?? null, traceId: problem.traceId ?? null,
    retryAfter: Number.isNaN(wait) ? null : wait,
  };
  if (response.status === 429) return new ApiError('unknown', 'rate_limited', details);
  if (response.status >= 500) return new ApiError('unknown', code ?? 'server_error', details);
  // A 4xx without the shop's own code came from something in between, and says nothing about the order.
  return code === null ? new ApiError('unknown', 'unreadable', details) : new ApiError('refused', code, details);
}

export const getConfig = () => call('GET', '/api/v1/config').then(answer => answer.data);
export const getProducts = () => call('GET', '/api/v1/products').then(answer => answer.data);

const at = id => `/api/v1/orders/${encodeURIComponent(id)}`;
export const placeOrder = (order, key) => call('POST', '/api/v1/orders', { body: order, key, timeout: 20_000 }).then(answer => answer.data);
export const getOrder = id => call('GET', at(id)).then(answer => answer.data);
export const eventsOf = id => `${at(id)}/events`;
export const qrOf = id => `${at(id)}/qr.svg`;
export const cancelOrder = (id, key) => call('POST', `${at(id)}/cancel`, { body: {}, key }).then(answer => answer.data);
// The server itself waits for Khalti here, so it gets longer.
export const verifyPayment = ({ orderId, token, amount }) =>
  call('POST', '/api/v1/payments/verify', { body: { orderId, token, amount }, timeout: 40_000 }).then(answer => answer.data);
// The answer sets a cookie by which this browser finds its order again when Khalti sends it back with nothing in hand.
export const initiatePayment = (orderId, key) =>
  call('POST', '/api/v1/payments/initiate', { body: { orderId }, key, timeout: 40_000, credentials: 'same-origin' }).then(answer => answer.data);
