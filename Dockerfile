# One image for every service and the sandbox: the same lock as everywhere, nobody is root.
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
ENV PATH=/opt/calsync/bin:$PATH
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /opt/calsync && python -m pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md ./
COPY contracts contracts
COPY services services
RUN python -m pip install --no-deps --no-build-isolation -e . \
 && useradd --create-home --uid 10001 calsync \
 && for user in broker registry graph-poller salesforce-watcher reconciler writer feed operator firm; do mkdir -p /users/$user; done \
 && mkdir -p /store /firm /broker /tls /sandbox \
 && chmod 700 /store /firm /broker /tls /sandbox /users/* \
 && chown -R calsync:calsync /store /firm /broker /users /tls /sandbox
USER calsync
ENTRYPOINT ["calsync"]
