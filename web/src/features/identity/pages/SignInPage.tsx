// Sign in
import { Page } from '@/ui/Page';

export default function SignInPage() {
  return <Page title="Sign in">{null}</Page>;
}
