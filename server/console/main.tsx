import '../../look/jitless.ts';
import '@mantine/core/styles.css';
import '../../look/tokens.css';
import './console.css';
import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createHashRouter, RouterProvider } from 'react-router';
import { createQueryClient } from './api/queryClient.ts';
import { Console } from './frame/Console.tsx';
import { theme } from './frame/theme.ts';
import { COLOR_SCHEME_KEY } from './storage.ts';

const root = document.getElementById('console');
if (root === null) throw new Error('index.html has no element #console');

// One route for all: the console's own are below it. Only such a router can be asked to wait before it leaves a page.
const router = createHashRouter([{ path: '*', element: <Console /> }]);

// Variables and classes come from style sheets: Mantine's own <style> elements would need an exception in the policy.
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={localStorageColorSchemeManager({ key: COLOR_SCHEME_KEY })}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={createQueryClient()}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
