# The same Node in all stages. Pin a digest here when builds must be repeatable to the byte.
ARG NODE_IMAGE=node:24-bookworm-slim

# Compiles; nothing of this stage but dist reaches the image.
FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY . .
RUN node scripts/build.mjs

# Production packages. No package may run a script of its own at installation.
FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts
# Drivers that only some need: SFTP, PostgreSQL, MySQL. Others (mssql, openpgp) by --build-arg DRIVERS="…"; none by "".
ARG DRIVERS="ssh2@1.17.0 pg@8.23.1 pg-query-stream@4.17.0 mysql2@3.24.6"
RUN --mount=type=cache,target=/root/.npm \
    if [ -n "$DRIVERS" ]; then npm install --no-save --save-prod --omit=dev --ignore-scripts $DRIVERS; fi

FROM ${NODE_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="vanta-sync" \
      org.opencontainers.image.description="Keeps Vanta true: reads systems that Vanta has no connector for, plans before it pushes, refuses surprises, and keeps a history an auditor can read." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.base.name="node:24-bookworm-slim"

ENV NODE_ENV=production \
    VANTA_SYNC_CONFIG=/config/vanta.config.yaml \
    VANTA_SYNC_STATE=/data

# For the daemon, which is idle nearly always. glibc keeps what a run has freed unless it lies at the very end of its heap;
# by these, larger blocks are mapped one by one and go back to the system at once. Runs take as long as without them.
ENV MALLOC_ARENA_MAX=1 \
    MALLOC_MMAP_THRESHOLD_=65536 \
    MALLOC_TRIM_THRESHOLD_=65536

WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY --from=build /src/dist ./dist
# /data belongs to the user node (uid 1000), and to group 0: platforms that pick an arbitrary uid run it in that group.
RUN ln -s /app/dist/cli/main.js /usr/local/bin/vanta-sync \
 && mkdir -p /config/connectors /data /run/secrets \
 && chown 1000:0 /data \
 && chmod 2770 /data

# By number, so that an orchestrator can see that it is not root.
USER 1000:0
WORKDIR /config
VOLUME ["/data"]
# From the state alone: neither Vanta nor a source is asked. Says no when the daemon hangs, never because Vanta is down.
HEALTHCHECK --interval=60s --timeout=10s --start-period=20s --retries=3 CMD ["vanta-sync", "healthcheck"]
# Only what server.host and server.probe open is reached: by default nothing from outside.
EXPOSE 8400 8401
ENTRYPOINT ["vanta-sync"]
CMD ["start"]
