import { countText, dayAndTimeText } from '../format.js';
import { isFollowing } from '../view/time-range.js';

/** @import { View } from '../types.d.ts' */

/**
 * The button that stops the picture and brings it back to now, and what is said beside it meanwhile.
 * @param {{ button: HTMLElement, note: HTMLElement, onToggle: () => void }} o
 */
export function createPause({ button, note, onToggle }) {
  button.addEventListener('click', onToggle);
  return {
    /**
     * @param {View} view
     * @param {{ count: number, isMore: boolean } | null} news results behind what is shown, while it stands still
     */
    show(view, news) {
      const isNow = isFollowing(view);
      setText(button, isNow ? 'Pause' : 'Back to now');
      button.classList.toggle('primary', !isNow);
      const words = [];
      if (view.pausedMs !== null) words.push(`paused at ${dayAndTimeText(view.pausedMs, view.isUtc)}`);
      if (news && news.count > 0)
        words.push(`+${countText(news.count)}${news.isMore ? ' and more' : ''} new`);
      setText(note, words.join(' · '));
    },
  };
}

/**
 * @param {HTMLElement} element
 * @param {string} text
 */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
