// Keeps the page fresh: server-sent events say when something has changed. Without them it asks every second.
const second = 1000;
const secondsBetweenLooks = 60; // a link that expires is no event

// Calls refresh, never twice at a time, and tick every second with whether events come. Returns what refreshes now.
export function keepFresh(refresh, tick) {
  let last = Promise.resolve();
  let waits = false;
  let source = null;
  let seconds = 0;

  function update() {
    if (!waits) {
      waits = true;
      last = last.then(() => {
        waits = false;
        return refresh();
      });
    }

    return last;
  }

  // A browser has six connections to a host: pages that nobody sees must not hold them.
  function listen() {
    source?.close();
    source = document.hidden ? null : new EventSource('/_sandbox/events');
    source?.addEventListener('message', update);
  }

  function look() {
    const live = source?.readyState === EventSource.OPEN;
    seconds += 1;
    tick(live);
    if (!document.hidden && (!live || seconds % secondsBetweenLooks === 0)) {
      update();
    }
  }

  document.addEventListener('visibilitychange', listen);
  listen();
  setInterval(look, second);
  return update;
}
