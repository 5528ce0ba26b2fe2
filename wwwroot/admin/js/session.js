// Who is signed in, and what their key may do. What it may not do is not offered; that it is not done is the server's care.
let who = null;

export const session = {
  get isOpen() { return who !== null; },
  get name() { return who?.name ?? ''; },
  get scopes() { return who?.scopes.includes('admin') ? ['admin'] : who?.scopes ?? []; },
  begin(view) { who = view; },
  end() { who = null; },
  may: scope => who !== null && (who.scopes.includes(scope) || who.scopes.includes('admin')),
};
