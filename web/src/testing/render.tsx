// Shows the application at an address, as main.tsx does, for tests.
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { pathOf } from '@/app/paths';
import { makeQueries } from '@/app/queries';
import { makeRouter } from '@/app/routes';
import { handleKey } from '@/lib/keys';
import { Navigation, RecordPaths } from '@/ui/Link';
import { cssVariables, theme } from '@/ui/theme';

export function show(address: string) {
  const router = makeRouter(createMemoryHistory({ initialEntries: [address] }));
  const queries = makeQueries();
  document.addEventListener('keydown', handleKey);
  const view = render(
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} env="test">
      <QueryClientProvider client={queries}>
        <Navigation value={(to) => router.history.push(to)}>
          <RecordPaths value={pathOf}>
            <RouterProvider router={router} />
          </RecordPaths>
        </Navigation>
        <Notifications />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...view, router, queries, user: userEvent.setup() };
}
