import '../../look/jitless.ts';
import '@mantine/core/styles.css';
import '../../look/tokens.css';
import './window.css';
import { MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { bridgeTransport } from './bridge.ts';
import { loopbackTransport } from './loopback.ts';
import { Window } from './Window.tsx';

const root = document.getElementById('window');
if (root === null) throw new Error('index.html has no element #window');

const transport = window.daylight === undefined ? loopbackTransport() : bridgeTransport(window.daylight);

// Variables and classes come from style sheets: Mantine's own <style> elements would need an exception in the policy.
createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={{ respectReducedMotion: true }}
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <Window transport={transport} />
    </MantineProvider>
  </StrictMode>,
);
