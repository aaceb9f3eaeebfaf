// An organisation's OpenID Connect provider for the tests: the certified `oidc-provider`, with a few people who can sign
// in and pages on which they do. It chooses its own port and prints its issuer identifier. Clients register themselves
// (OpenID Connect Dynamic Client Registration 1.0); their name becomes their id.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const AUDIENCE = 'https://partsregister.test/api';

const PEOPLE = {
  birgit: { name: 'Birgit Bruger', privileges: ['Opdater fra CPR', 'Partsredaktør'] },
  lars: { name: 'Lars Læser', privileges: [] },
};

const server = createServer();
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const provider = new Provider(issuer, {
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  claims: { openid: ['sub'], profile: ['name'] },
  findAccount: (_, id) =>
    PEOPLE[id] && { accountId: id, claims: () => ({ sub: id, name: PEOPLE[id].name }) },
  // What an organisation sets up for an API: tokens are JWTs for its audience and carry name and privileges.
  extraTokenClaims: (ctx, token) =>
    token.accountId ? PEOPLE[token.accountId] : { privileges: ctx.oidc.client.privileges?.split(',') },
  extraClientMetadata: { properties: ['access_token_seconds', 'privileges'] },
  // A browser asks from the application's origin, which the redirect URIs name.
  clientBasedCORS: (_, origin, client) => client.redirectUris.some((uri) => new URL(uri).origin === origin),
  issueRefreshToken: (_, client) => client.grantTypeAllowed('refresh_token'),
  ttl: {
    AccessToken: (_, __, client) => client.access_token_seconds ?? 3600,
    ClientCredentials: 600,
    Grant: 3600,
    IdToken: 3600,
    Interaction: 3600,
    RefreshToken: 3600,
    Session: 3600,
  },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    registration: { enabled: true, idFactory: (ctx) => ctx.oidc.body.client_name },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => AUDIENCE,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: '', audience: AUDIENCE, accessTokenFormat: 'jwt' }),
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource(ctx, form) {
        ctx.body = page('Log ud', `${form}<button form="op.logoutForm" name="logout" value="yes">Ja, log ud</button>`);
      },
    },
  },
});

/** The page of one step of signing in, and what comes of it: who it is, then whether the application may know. */
async function interact(request, response) {
  const asked = new URL(request.url, issuer).searchParams;
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  const finish = (result) =>
    provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });

  if (asked.has('abort')) {
    return finish({ error: 'access_denied', error_description: 'the person said no' });
  }
  if (prompt.name === 'login' && PEOPLE[asked.get('login')]) {
    return finish({ login: { accountId: asked.get('login') } });
  }
  if (prompt.name === 'consent' && asked.has('consent')) {
    const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    grant.addResourceScope(AUDIENCE, '');
    return finish({ consent: { grantId: await grant.save() } });
  }
  const question =
    prompt.name === 'login'
      ? '<label for="login">Brugernavn</label> <input id="login" name="login"> <button>Fortsæt</button>'
      : '<button name="consent" value="yes">Giv adgang</button>';
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(page('Organisationens log ind', `<form>${question} <button name="abort" value="yes">Afbryd</button></form>`));
}

function page(title, body) {
  return `<!doctype html><html lang="da"><title>${title}</title><link rel="icon" href="data:,"><h1>${title}</h1>${body}</html>`;
}

const answer = provider.callback();
server.on('request', (request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  interact(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end();
  });
});
console.log(`listening on ${issuer}`);
