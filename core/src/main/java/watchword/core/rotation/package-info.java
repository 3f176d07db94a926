/**
 * What is rotated by itself: engines say what and when, this remembers it, has it done at its time, again when it fails, and tells of it.
 */
@NullMarked
package watchword.core.rotation;

import org.jspecify.annotations.NullMarked;
