// The few icons of the product, drawn on one 16 px grid with one stroke.
import type { ReactNode } from 'react';

const shapes = {
  home: <path d="M2.5 7.2 8 2.8l5.5 4.4V13a.5.5 0 0 1-.5.5H9.8V9.8H6.2v3.7H3a.5.5 0 0 1-.5-.5z" />,
  approvals: (
    <>
      <rect x="2.5" y="2.5" width="11" height="11" rx="2" />
      <path d="m5.3 8.2 2 2 3.5-4" />
    </>
  ),
  cab: (
    <>
      <circle cx="5" cy="4.5" r="1.7" />
      <circle cx="11" cy="4.5" r="1.7" />
      <path d="M1.8 9h12.4M4 9v4.2M12 9v4.2" />
    </>
  ),
  changes: <path d="M2.5 5.5h9L9 3M13.5 10.5h-9L7 13" />,
  releases: (
    <>
      <path d="M2.5 5 8 2.3 13.5 5v6L8 13.7 2.5 11z" />
      <path d="M2.5 5 8 7.8 13.5 5M8 7.8v5.9" />
    </>
  ),
  calendar: (
    <>
      <rect x="2.5" y="3.5" width="11" height="10" rx="1.5" />
      <path d="M2.5 6.5h11M5.5 2v3M10.5 2v3" />
    </>
  ),
  deployments: (
    <>
      <circle cx="3.5" cy="12" r="1.5" />
      <circle cx="12.5" cy="4" r="1.5" />
      <path d="M5 12h3.5a2 2 0 0 0 0-4h-1a2 2 0 0 1 0-4H11" />
    </>
  ),
  gates: <path d="M3 13.5V3M13 13.5V3M3 5.5h10M3 9h10M8 5.5V9" />,
  incidents: <path d="M8 2.5 14 13H2zM8 6.5v3M8 11.2v.1" />,
  reviews: (
    <>
      <path d="M3 2.5h7l3 3v8H3z" />
      <path d="M5.5 8h5M5.5 10.8h3.5" />
    </>
  ),
  knowledge: (
    <path d="M8 4.2C6.8 3.2 5 2.8 2.5 2.8v9c2.5 0 4.3.4 5.5 1.4 1.2-1 3-1.4 5.5-1.4v-9c-2.5 0-4.3.4-5.5 1.4zM8 4.2v9" />
  ),
  bell: (
    <path d="M8 2.5a3.6 3.6 0 0 1 3.6 3.6c0 3.4 1.4 4.4 1.4 5.4H3c0-1 1.4-2 1.4-5.4A3.6 3.6 0 0 1 8 2.5zM6.6 13.4h2.8" />
  ),
  reports: <path d="M2.5 13.5h11M4.5 11V8M8 11V3.5M11.5 11V6" />,
  audit: <path d="M8 2.2 13 4v4c0 3-2.2 5-5 6-2.8-1-5-3-5-6V4zM5.8 8l1.6 1.6L10.4 6.4" />,
  services: (
    <>
      <circle cx="8" cy="3.7" r="1.7" />
      <circle cx="3.7" cy="12" r="1.7" />
      <circle cx="12.3" cy="12" r="1.7" />
      <path d="m7.2 5.2-2.7 5.2M8.8 5.2l2.7 5.2M5.4 12h5.2" />
    </>
  ),
  cis: (
    <>
      <rect x="2.5" y="3" width="11" height="4" rx="1" />
      <rect x="2.5" y="9" width="11" height="4" rx="1" />
      <path d="M5 5h.1M5 11h.1" />
    </>
  ),
  teams: (
    <>
      <circle cx="6" cy="5.5" r="2.3" />
      <path d="M2 13c.3-2.6 1.9-4 4-4s3.7 1.4 4 4M10.5 3.5a2.2 2.2 0 0 1 0 4.2M11.8 9.5c1.3.5 2.1 1.7 2.3 3.5" />
    </>
  ),
  settings: (
    <>
      <path d="M2.5 4.5h6M12.5 4.5h1M2.5 11.5h1M7.5 11.5h6" />
      <circle cx="10.5" cy="4.5" r="2" />
      <circle cx="5.5" cy="11.5" r="2" />
    </>
  ),
  search: (
    <>
      <circle cx="7" cy="7" r="4.3" />
      <path d="m10.3 10.3 3.2 3.2" />
    </>
  ),
  plus: <path d="M8 3v10M3 8h10" />,
  more: <path d="M3.5 8h.1M8 8h.1M12.5 8h.1" strokeWidth="2.4" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  check: <path d="m3.5 8.5 3 3 6-7" />,
  down: <path d="m4 6 4 4 4-4" />,
  up: <path d="m4 10 4-4 4 4" />,
  left: <path d="M10 4 6 8l4 4" />,
  right: <path d="m6 4 4 4-4 4" />,
  ascending: <path d="M8 13V3.5M4 7.5l4-4 4 4" />,
  descending: <path d="M8 3v9.5M4 8.5l4 4 4-4" />,
  sort: <path d="m5 6 3-3 3 3M5 10l3 3 3-3" />,
  filter: <path d="M2.5 4h11M4.5 8h7M6.5 12h3" />,
  columns: (
    <>
      <rect x="2.5" y="3" width="11" height="10" rx="1.2" />
      <path d="M6.2 3v10M9.8 3v10" />
    </>
  ),
  grip: <path d="M6 4h.1M10 4h.1M6 8h.1M10 8h.1M6 12h.1M10 12h.1" strokeWidth="2" />,
  link: (
    <path d="M6.5 9.5a2.5 2.5 0 0 0 3.5 0l2.5-2.5A2.5 2.5 0 0 0 9 3.5l-.8.8M9.5 6.5a2.5 2.5 0 0 0-3.5 0L3.5 9A2.5 2.5 0 0 0 7 12.5l.8-.8" />
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.2l2 1.3" />
    </>
  ),
  undo: <path d="M3 6.5h6a3.5 3.5 0 0 1 0 7H6M5.5 4 3 6.5 5.5 9" />,
  lock: (
    <>
      <rect x="3.5" y="7" width="9" height="6.5" rx="1.2" />
      <path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" />
    </>
  ),
  moon: <path d="M13 9.5A5.5 5.5 0 0 1 6.5 3 5.5 5.5 0 1 0 13 9.5z" />,
  sun: (
    <>
      <circle cx="8" cy="8" r="2.8" />
      <path d="M8 1.8v1.4M8 12.8v1.4M1.8 8h1.4M12.8 8h1.4M3.6 3.6l1 1M11.4 11.4l1 1M12.4 3.6l-1 1M4.6 11.4l-1 1" />
    </>
  ),
  keyboard: (
    <>
      <rect x="1.5" y="4" width="13" height="8" rx="1.5" />
      <path d="M4 6.8h.1M6.7 6.8h.1M9.3 6.8h.1M12 6.8h.1M5 9.5h6" />
    </>
  ),
  sidebar: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.5" />
      <path d="M6 3v10" />
    </>
  ),
  board: <path d="M3 3v9M8 3v6M13 3v10" strokeWidth="2.6" />,
  list: <path d="M5.5 4h8M5.5 8h8M5.5 12h8M2.5 4h.1M2.5 8h.1M2.5 12h.1" />,
  alert: (
    <>
      <circle cx="8" cy="8" r="5.7" />
      <path d="M8 5v3.5M8 10.9v.1" />
    </>
  ),
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: 'none' }}
    >
      {shapes[name]}
    </svg>
  );
}
