# syntax=docker/dockerfile:1
# Three steps: the front end, the environment, and an image that holds what the two made and nothing they were made with.

FROM node:22-bookworm-slim AS frontend
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tools/frontend.mjs tools/
COPY helpdesk/web/icons helpdesk/web/icons
COPY helpdesk/web/static/src helpdesk/web/static/src
RUN node tools/frontend.mjs

FROM python:3.13-slim-bookworm AS environment
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/commondesk
COPY requirements.txt requirements-build.txt requirements-s3.txt requirements-bootstrap.txt ./
RUN pip install --require-hashes --requirement requirements-bootstrap.txt \
    && uv pip install --python /opt/commondesk/bin/python --no-cache --require-hashes --compile-bytecode \
        --requirement requirements.txt --requirement requirements-build.txt --requirement requirements-s3.txt
COPY . .
COPY --from=frontend /src/helpdesk/web/static/dist helpdesk/web/static/dist
RUN uv pip install --python /opt/commondesk/bin/python --no-cache --no-deps --no-build-isolation --compile-bytecode .

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="Commondesk" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/commondesk --shell /usr/sbin/nologin commondesk \
    && install --directory --owner commondesk --group commondesk --mode 0750 /var/lib/commondesk
COPY --from=environment /opt/commondesk /opt/commondesk
ENV PATH=/opt/commondesk/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DESK_DATA_DIR=/var/lib/commondesk
USER commondesk
WORKDIR /var/lib/commondesk
VOLUME /var/lib/commondesk
EXPOSE 8000 2525
STOPSIGNAL SIGTERM
ENTRYPOINT ["desk"]
CMD ["web"]
