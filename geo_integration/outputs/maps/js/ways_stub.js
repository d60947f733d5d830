async function waysOf() { return []; }
