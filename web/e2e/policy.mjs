// The policy in the browser: a flaw is told where it stands, a sound set is tried and put in force,
// and a change explains itself by it.
import { signIn } from './browser.mjs';

const CAB = "change.tier in ['high', 'very_high']";

export async function a_policy_is_checked_tried_and_put_in_force(browser, url) {
  const context = await browser.newContext({ baseURL: url, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await signIn(page, 'lena');
  await page.goto('/settings/policy');
  await page.getByRole('button', { name: 'changes/normal.toml' }).click();
  const editor = page.getByLabel('Text of changes/normal.toml');
  const before = await editor.inputValue();
  await editor.fill(before.replace(CAB, "change.tire in ['high']"));
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.getByText('Did you mean change.tier?').waitFor();
  await editor.fill(before.replace(CAB, "change.tier != 'low'"));
  await page.getByRole('button', { name: 'Check', exact: true }).click();
  await page.getByText(/Sound. It differs .* changes\/normal.toml/).waitFor();
  await page.getByRole('button', { name: 'Try on past records' }).click();
  await page.getByText(/would be routed otherwise/).waitFor();
  await page.getByLabel('What is new').fill('The board sees moderate risks too');
  await page.getByRole('button', { name: 'Activate' }).click();
  await page.getByText('version 1 is in force').waitFor();
  const { items } = await (
    await context.request.get('/api/v1/changes?imported=false&limit=1')
  ).json();
  await page.goto(`/changes/${items[0].number}/approvals`);
  await page.getByRole('heading', { name: 'Why this approval' }).waitFor();
  await context.close();
}
