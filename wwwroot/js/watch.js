// Receives changes of the order by server-sent events. Without them it polls (poll.js) and reconnects with exponential
// backoff. Events and polling run at the same time only if the page requests both.
import { createPoller } from './poll.js';

const firstEventTimeout = 3000; // a stream sends its first event at once; without it, a proxy is buffering
const maxSilence = 60_000;      // reconnect after this time without an event, as a broken connection may go unnoticed
const hiddenTimeout = 30_000;   // a hidden tab closes its connection, as a browser has only six for each host

export function createWatch(address, onUpdate, ask) {
  const poller = createPoller(ask);
  let wanted = false;  // events, that is
  let asking = false;  // whatever the events say
  let source = null;
  let trusted = typeof window.EventSource === 'function';
  let failures = 0, timer = null, leaving = null;

  const settle = () => poller.run(asking || (wanted && !trusted));

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  function open() {
    if (source || !wanted || document.hidden || typeof window.EventSource !== 'function') return;
    clearTimeout(timer);
    const mine = source = new EventSource(address);
    timer = setTimeout(lost, firstEventTimeout);
    mine.addEventListener('order', event => {
      if (mine !== source) return;
      let order;
      try { order = JSON.parse(event.data); } catch { return lost(); }
      clearTimeout(timer);
      timer = setTimeout(renew, maxSilence);
      trusted = true;
      failures = 0;
      settle();
      onUpdate(order);
    });
    // Also the server's own end of a stream comes as an error. The browser's way of trying again knows no growing pauses.
    mine.addEventListener('error', () => { if (mine === source) lost(); });
  }

  function renew() {
    close();
    open();
  }

  function lost() {
    close();
    trusted = false;
    settle();
    timer = setTimeout(open, Math.min(60_000, 1000 * 2 ** failures++) * (0.5 + Math.random()));
  }

  function shown() {
    clearTimeout(leaving);
    if (document.hidden) leaving = setTimeout(close, hiddenTimeout);
    else open();
  }

  document.addEventListener('visibilitychange', shown);
  window.addEventListener('online', () => {
    failures = 0;
    open();
  });
  window.addEventListener('pagehide', close); // a page with an open stream is not kept for the way back
  window.addEventListener('pageshow', event => { if (event.persisted) open(); });

  return {
    run({ events, questions }) {
      wanted = events;
      asking = questions;
      if (wanted) open();
      else close();
      settle();
    },
    // Whether news comes by itself. After a pause the first thing a new stream tells is what was missed.
    hears: () => wanted && trusted,
  };
}
