package watchword.engines.ldap.secrets;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import watchword.sdk.Body;
import watchword.sdk.Call;
import watchword.sdk.Doc;
import watchword.sdk.Names;
import watchword.sdk.Page;
import watchword.sdk.Problem;
import watchword.sdk.Reply;
import watchword.sdk.Reply.None;
import watchword.sdk.Reply.Revocation;
import watchword.sdk.Route;
import watchword.sdk.Route.Operation;
import watchword.sdk.Route.Trait;
import watchword.sdk.Secret;
import watchword.sdk.Storage;

/** Libraries of accounts: each is had by one at a time, and comes back with another password. */
final class LibraryRoutes {
    static final String KIND = "checkout-creds";
    private static final Duration USUAL = Duration.ofHours(24);
    private static final int MOST_ACCOUNTS = 1000;

    private final Library library;
    private final ConfigRoutes configs;
    private final SecureRandom random;

    LibraryRoutes(Library library, ConfigRoutes configs, SecureRandom random) {
        this.library = library;
        this.configs = configs;
        this.random = random;
    }

    record Named(@Doc("Name of the set.") String name) {}

    record Given(
            @Doc("Name of the set.") String name,
            @Doc("Names of the accounts, which are searched for below userdn.") Optional<List<String>> serviceAccountNames,
            @Doc("Time after which an account comes back unless renewed; 24 hours when not given.") Optional<Duration> ttl,
            @Doc("Longest time that an account may be kept, renewals included; 24 hours when not given.") Optional<Duration> maxTtl,
            @Doc("Let anybody check in what another has checked out.") Optional<Boolean> disableCheckInEnforcement) {}

    record CheckOut(
            @Doc("Name of the set.") String name,
            @Doc("A shorter time than the set's.") Optional<Duration> ttl) {}

    record Lent(
            @Doc("Its password.") Secret password,
            @Doc("Name of the account.") String serviceAccountName) {}

    record CheckIn(
            @Doc("Name of the set.") String name,
            @Doc("Which accounts come back; needed when there could be several.") List<String> serviceAccountNames) {}

    record Back(@Doc("The accounts that came back.") List<String> checkIns) {}

    record Status(@Doc("Each account with whether it is `available`, and else who has it.") @Body Map<String, Object> accounts) {}

    List<Route<?, ?>> routes() {
        return List.of(
                Route.list("library/{path*}", Folder.class, Page.Keys.class, call -> call.input().of(library.sets(), call.store()), "List the sets below a folder."),
                Route.read("library/{name*}", Named.class, Library.Set.class, this::read, "Read a set."),
                Route.effect(Operation.WRITE, "library/{name*}", Given.class, None.class, this::write, "Create a set, or change what is sent of it; accounts that come in get a new password.")
                        .existence(call -> find(call.store(), call.input().name()).isPresent()),
                Route.delete("library/{name*}", Named.class, None.class, this::delete, "Delete a set of which nothing is checked out."),
                Route.write("library/{name*}/check-out", CheckOut.class, Lent.class, this::checkOut, "Have an account of a set for a while.")
                        .with(Trait.GIVES_LEASE, Trait.SINGLE_USE),
                Route.effect(Operation.WRITE, "library/{name*}/check-in", CheckIn.class, Back.class, call -> checkIn(call, false), "Give accounts back that you have."),
                Route.effect(Operation.WRITE, "library/manage/{name*}/check-in", CheckIn.class, Back.class, call -> checkIn(call, true), "Have accounts given back, whoever has them."),
                Route.read("library/{name*}/status", Named.class, Status.class, this::status, "Read who has which account of a set."));
    }

    private Optional<Library.Set> find(Storage.Reader store, String name) {
        return library.find(store, Names.canonical(name));
    }

    private Reply<Library.Set> read(Call.Read<Named> call) {
        return Reply.of(find(call.store(), call.input().name()).orElseThrow(() -> new Problem.NotFound().asException()));
    }

    // ---- writing ----

    /** What a write did to the store, to be taken back when an account's password cannot be set. */
    private record Written(Optional<Library.Set> before, List<String> coming) {}

    private Reply<None> write(Call.Effect<Given> call) {
        var name = Names.canonical(call.input().name());
        if (name.isEmpty() || name.endsWith("/") || name.startsWith("manage/")) throw new Problem.Invalid("name: is no name of a set").asException();
        var written = call.storage().<Written>write(store -> write(store, name, call.input()));
        try {
            for (var account : written.coming()) library.checkIn(call.storage(), name, account, "");
        } catch (Problem.ProblemException refused) {
            call.storage().update(store -> takeBack(store, name, written));
            throw refused;
        }
        return Reply.nothing();
    }

    private Written write(Storage.Writer store, String name, Given in) {
        var before = library.find(store, name);
        if (configs.find(store).isEmpty()) throw new Problem.Invalid("config must exist to " + (before.isPresent() ? "update" : "create") + " a library").asException();
        var accounts = in.serviceAccountNames().map(list -> list.stream().map(String::strip).distinct().toList()).orElse(before.map(Library.Set::serviceAccountNames).orElse(List.of()));
        var after = new Library.Set(in.disableCheckInEnforcement().orElse(before.map(Library.Set::disableCheckInEnforcement).orElse(false)),
                in.maxTtl().orElse(before.map(Library.Set::maxTtl).orElse(USUAL)), accounts, in.ttl().orElse(before.map(Library.Set::ttl).orElse(USUAL)));
        requireSound(after);
        var known = before.map(Library.Set::serviceAccountNames).orElse(List.of());
        for (var account : known) if (!accounts.contains(account)) remove(store, name, account);
        for (var account : accounts) {
            if (known.contains(account)) continue;
            library.claim(store, account, name);
            library.put(store, Library.Account.coming(account, name));
        }
        library.sets().put(store, name, after);
        // Those of an earlier write that broke off as well.
        return new Written(before, library.accounts(store, after, name).stream().filter(account -> !account.available() && !account.isLent()).map(Library.Account::name).toList());
    }

    private static void requireSound(Library.Set set) {
        if (set.serviceAccountNames().isEmpty()) throw new Problem.Invalid("\"service_account_names\" must be provided").asException();
        if (set.serviceAccountNames().contains("")) throw new Problem.Invalid("service account name must not be empty").asException();
        if (set.serviceAccountNames().size() > MOST_ACCOUNTS) throw new Problem.Invalid("service_account_names: more than " + MOST_ACCOUNTS + " accounts").asException();
        if (set.serviceAccountNames().stream().map(Managed::key).distinct().count() < set.serviceAccountNames().size()) throw new Problem.Invalid("service_account_names: an account is named twice").asException();
        if (set.ttl().isNegative() || set.maxTtl().isNegative()) throw new Problem.Invalid("ttl and max_ttl cannot be negative").asException();
        if (set.maxTtl().isPositive() && set.maxTtl().compareTo(set.ttl()) < 0) {
            throw new Problem.Invalid("max_ttl (" + set.maxTtl().toSeconds() + " seconds) may not be less than ttl (" + set.ttl().toSeconds() + " seconds)").asException();
        }
    }

    private void remove(Storage.Writer store, String set, String account) {
        if (library.require(store, set, account).isLent()) throw new Problem.Invalid("\"" + account + "\" can't be deleted because it is currently checked out").asException();
        library.forget(store, account);
    }

    private void takeBack(Storage.Writer store, String name, Written written) {
        var known = written.before().map(Library.Set::serviceAccountNames).orElse(List.of());
        library.find(store, name).ifPresent(set -> {
            set.serviceAccountNames().stream().filter(account -> !known.contains(account)).forEach(account -> library.forget(store, account));
            // Those that were taken out and are gone stay out.
            var stay = set.serviceAccountNames().stream().filter(known::contains).toList();
            if (stay.isEmpty()) library.sets().delete(store, name);
            else library.sets().put(store, name, new Library.Set(set.disableCheckInEnforcement(), set.maxTtl(), stay, set.ttl()));
        });
    }

    private Reply<None> delete(Call.Change<Named> call) {
        var name = Names.canonical(call.input().name());
        library.find(call.store(), name).ifPresent(set -> {
            set.serviceAccountNames().forEach(account -> remove(call.store(), name, account));
            library.sets().delete(call.store(), name);
        });
        return Reply.nothing();
    }

    // ---- out and in ----

    private Reply<Lent> checkOut(Call.Change<CheckOut> call) {
        var name = Names.canonical(call.input().name());
        var set = library.require(call.store(), name);
        var account = library.accounts(call.store(), set, name).stream().filter(Library.Account::available).findFirst()
                .orElseThrow(() -> new Problem.Invalid("No service accounts available for check-out.").asException());
        var id = new byte[16];
        random.nextBytes(id);
        var checkOut = HexFormat.of().formatHex(id);
        library.put(call.store(), account.to(checkOut, call.caller().entityId(), call.caller().tokenKey()));
        var asked = call.input().ttl().filter(ttl -> ttl.isPositive() && (!set.ttl().isPositive() || ttl.compareTo(set.ttl()) < 0));
        var revocation = new Revocation(KIND, Map.of("set_name", name, "service_account_name", account.name(), "check_out", checkOut));
        return Reply.of(new Lent(account.password().current(), account.name())).until(new Reply.Term.Leased(asked.orElse(set.ttl()), set.maxTtl(), true, revocation));
    }

    /** @param anyone whoever has it */
    private Reply<Back> checkIn(Call.Effect<CheckIn> call, boolean anyone) {
        var name = Names.canonical(call.input().name());
        var coming = call.storage().<List<Library.Account>>read(store -> {
            configs.require(store);
            var set = library.require(store, name);
            return coming(store, name, set, call, anyone || set.disableCheckInEnforcement());
        });
        for (var account : coming) library.checkIn(call.storage(), name, account.name(), account.checkOut());
        return Reply.of(new Back(coming.stream().map(Library.Account::name).toList()));
    }

    private List<Library.Account> coming(Storage.Reader store, String name, Library.Set set, Call.Effect<CheckIn> call, boolean anyone) {
        var named = call.input().serviceAccountNames();
        if (named.isEmpty()) {
            var all = library.accounts(store, set, name).stream().filter(account -> !account.available() && (anyone || isOfCaller(account, call))).toList();
            if (all.size() > 1) throw new Problem.Invalid("when multiple service accounts are checked out, the \"service_account_names\" to check in must be provided").asException();
            return all;
        }
        var all = new ArrayList<Library.Account>();
        for (var account : named.stream().map(each -> library.require(store, name, each)).toList()) {
            if (account.available()) continue;
            if (!anyone && !isOfCaller(account, call)) throw new Problem.Invalid("\"" + account.name() + "\" can't be checked in because it wasn't checked out by the caller").asException();
            all.add(account);
        }
        return all;
    }

    private static boolean isOfCaller(Library.Account account, Call<?> call) {
        return account.isOf(call.caller().entityId(), call.caller().tokenKey());
    }

    private Reply<Status> status(Call.Read<Named> call) {
        var name = Names.canonical(call.input().name());
        var shown = new LinkedHashMap<String, Object>();
        for (var account : library.accounts(call.store(), library.require(call.store(), name), name)) {
            var one = new LinkedHashMap<String, Object>();
            one.put("available", account.available());
            if (!account.borrowerToken().isEmpty()) one.put("borrower_client_token", account.borrowerToken());
            if (!account.borrowerEntity().isEmpty()) one.put("borrower_entity_id", account.borrowerEntity());
            shown.put(account.name(), one);
        }
        return Reply.of(new Status(shown));
    }

    // ---- the lease ----

    /** Of one check-out: who has the account by a later one keeps it. */
    void revoke(Revocation revocation, Storage storage) {
        var handle = revocation.handle();
        library.checkIn(storage, handle.getOrDefault("set_name", ""), handle.getOrDefault("service_account_name", ""), handle.getOrDefault("check_out", "none"));
    }

    void renew(Revocation revocation, Storage storage) {
        var handle = revocation.handle();
        var account = handle.getOrDefault("service_account_name", "");
        var now = storage.<Library.Account>read(store -> library.require(store, handle.getOrDefault("set_name", ""), account));
        if (!now.checkOut().equals(handle.getOrDefault("check_out", "none"))) {
            throw new Problem.Invalid(account + " is already checked in, please call check-out to regain it").asException();
        }
    }
}
