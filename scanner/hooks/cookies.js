watchSetter(Document.prototype, "cookie", (_self, [line]) => report("cookie", line));

// cookieStore.set(name, value) or set({name, value, expires, domain, path, sameSite, partitioned})
watchMethod(globalThis.CookieStore?.prototype, "set", (_self, [first, value]) => {
  const options = typeof first === "object" ? first : { name: first, value };
  report("cookie-store", stringify({ __proto__: null, ...options, expires: options.expires == null ? null : Number(options.expires) }));
});
