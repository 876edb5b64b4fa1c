import { Component, type ReactNode } from 'react';
import { translate } from '../lib/messages.tsx';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/notices.tsx';
import styles from './page.module.css';

interface Props {
  /** Another key, such as the address, tries again. */
  resetKey: string;
  children: ReactNode;
}

interface State {
  error: Error | null;
  failedKey: string;
}

/** Shows that a page broke instead of an empty window: a fault of ours, or a part that a new release took away for good. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, failedKey: '' };

  static getDerivedStateFromError(error: Error): Partial<State> {
    return { error };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    if (!state.error) return { failedKey: props.resetKey };
    return state.failedKey === props.resetKey ? null : { error: null, failedKey: props.resetKey };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main id="content" className={styles.page}>
        <Empty title={translate('broken.title')} code={String(error)}>
          {translate('broken.hint')}
        </Empty>
        <div>
          <Button onPress={() => window.location.reload()}>{translate('broken.reload')}</Button>
        </div>
      </main>
    );
  }
}
