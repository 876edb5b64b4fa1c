// What the browser remembers: theme, panes and history. Not the tabs, which come with fresh variables on each load.
const FORGOTTEN = ['graphiql:tabState', 'graphiql:query', 'graphiql:variables', 'graphiql:headers'];

export const storage = {
  getItem: (key) => (FORGOTTEN.includes(key) ? null : localStorage.getItem(key)),
  setItem: (key, value) => {
    if (!FORGOTTEN.includes(key)) localStorage.setItem(key, value);
  },
  removeItem: (key) => localStorage.removeItem(key),
  clear: () => localStorage.clear(),
  get length() {
    return localStorage.length;
  },
};
