/** The store as one file, and back ({@code docs/backup.md}): a tar of keys and sealed values that knows of no kind of store. */
@NullMarked
package watchword.core.snapshot;

import org.jspecify.annotations.NullMarked;
