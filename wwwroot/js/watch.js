// Hears of changes as they happen, by server-sent events. Where those can't be had it asks instead (poll.js), and goes on
// trying for events with growing pauses. Asking and hearing never go on side by side, save where the page wants both.
import { createPoller } from './poll.js';

const silence = 3000;    // a stream tells at once how things stand; one that does not is held up by something in between
const longest = 60_000;  // a connection may die unnoticed: after so long without a word another one is opened
const unseen = 30_000;   // a tab that nobody looks at gives its connection back, of which a browser has six for a shop

export function createWatch(address, heard, ask) {
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
    timer = setTimeout(lost, silence);
    mine.addEventListener('order', event => {
      if (mine !== source) return;
      let order;
      try { order = JSON.parse(event.data); } catch { return lost(); }
      clearTimeout(timer);
      timer = setTimeout(renew, longest);
      trusted = true;
      failures = 0;
      settle();
      heard(order);
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
    if (document.hidden) leaving = setTimeout(close, unseen);
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
