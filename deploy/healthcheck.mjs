// The image's HEALTHCHECK: is this process ready? Exit 0 or 1.
const ports = { producer: 8081, aggregator: 8082, sink: 8080 };
const port = process.env.HTTP_PORT || ports[process.env.SERVICE];
const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
process.exit(answer?.ok ? 0 : 1);
