// Starts the application: theme, query cache, router.
import '@fontsource-variable/inter';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@/ui/tokens.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { handleKey } from '@/lib/keys';
import { Navigation, RecordPaths } from '@/ui/Link';
import { cssVariables, theme } from '@/ui/theme';
import { pathOf } from './paths';
import { makeQueries } from './queries';
import { makeRouter } from './routes';

const router = makeRouter();
const queries = makeQueries();
document.addEventListener('keydown', handleKey);

const place = document.getElementById('root');
if (!place) throw new Error('index.html has no #root');
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Navigation value={(to) => router.history.push(to)}>
          <RecordPaths value={pathOf}>
            <RouterProvider router={router} />
          </RecordPaths>
        </Navigation>
        <Notifications position="top-center" limit={4} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
