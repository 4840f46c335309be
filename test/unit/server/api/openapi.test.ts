import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Json, startServer, type TestServer } from '../../../support/api.ts';
import { routeNames, shapeOf } from '../../../support/routeExamples.ts';

let it: TestServer;
let document: Json;
beforeAll(async () => {
  it = await startServer();
  document = await (await fetch(`${it.url}/api/v1/openapi.json`)).json();
});
afterAll(() => it.close());

const operationOf = (name: (typeof routeNames)[number]) => {
  const { path, method } = shapeOf(name);
  return document.paths[path.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
};

test('the document is OpenAPI 3.1, is open to everyone and names where the routes are', () => {
  expect([document.openapi, document.servers]).toEqual(['3.1.0', [{ url: '/api/v1' }]]);
  expect(document.components.securitySchemes.session).toMatchObject({
    type: 'apiKey',
    in: 'cookie',
    name: 'daylight_session',
  });
});

test('it describes every route and nothing else', () => {
  const described = Object.values<object>(document.paths).flatMap((path) =>
    Object.values(path).map((one) => one.operationId),
  );
  expect(described.toSorted()).toEqual(routeNames.toSorted());
});

describe.each(routeNames)('%s', (name) => {
  const shape = shapeOf(name);

  test('has its summary, session, parameters, header, body, answer and errors', () => {
    const operation = operationOf(name);
    expect(operation.summary).toBe(shape.summary);
    expect(operation.security).toEqual(shape.auth === 'public' ? [] : [{ session: [] }]);
    const names = operation.parameters.map((one: Json) => `${one.in} ${one.name}`);
    expect(names.toSorted()).toEqual(
      [
        ...Object.keys(shape.params.shape).map((key) => `path ${key}`),
        ...Object.keys(shape.query.shape).map((key) => `query ${key}`),
        ...(shape.method === 'GET' ? [] : ['header x-daylight']),
      ].toSorted(),
    );
    expect(Object.hasOwn(operation, 'requestBody')).toBe(shape.body !== null);
    if (shape.body instanceof z.ZodObject) {
      const { schema } = operation.requestBody.content['application/json'];
      expect(Object.keys(schema.properties).toSorted()).toEqual(Object.keys(shape.body.shape).toSorted());
      expect(schema.additionalProperties).toBe(false);
    }
    const type = typeof shape.response === 'string' ? shape.response : 'application/json';
    expect(Object.keys(operation.responses[String(shape.status ?? 200)].content)).toEqual([type]);
    for (const status of ['400', '403', '429', '500', '503']) {
      expect(operation.responses[status].content['application/json'].schema.$ref).toBe('#/components/schemas/Error');
    }
  });
});
