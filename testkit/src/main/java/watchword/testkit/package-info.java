/** One vocabulary for tests: a clock that moves only when told, seeded properties, contracts. Depends on {@code sdk} only, so that every module can use it. */
@NullMarked
package watchword.testkit;

import org.jspecify.annotations.NullMarked;
