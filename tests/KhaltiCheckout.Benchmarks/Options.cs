using System.Globalization;

namespace KhaltiCheckout.Benchmarks;

/// <summary>The command-line options.</summary>
internal sealed class Options
{
    internal const string Usage = """
        dotnet run -c Release --project tests/KhaltiCheckout.Benchmarks -- [options]

          --only null,bare,sqlite,postgres,start  which parts; all if not given
          --shoppers 1,16,64,256              how many shoppers at once
          --gateway 0,50                      milliseconds that Khalti's stand-in takes
          --rounds 4                          how often every server has its turn, there and back
          --seconds 4                         length of each measured window
          --warm-up 20                        seconds of load on each server before the first window;
                                              then until its runtime compiles no more
          --as-page                           orders with e-mail, phone and an Idempotency-Key, as the shop's page sends them
          --postgres "Host=…"|start           an empty database to use, or: start a server of its own (Debian's binaries)
          --growth                            instead of all that: what a request costs among many orders
          --pruning                           instead of all that: how long expired orders take to be removed, and a checkout meanwhile
          --returning                         instead of all that: how long a shopper waits who comes back from Khalti's page
          --sizes 1000,100000,1000000         how many orders; by --pruning 50000, by --returning 20000 with an open link
          --app FOLDER                        a published shop to measure, instead of publishing this one
          --against FOLDER                    another published shop, measured in turn with this one, on SQLite
          --folder FOLDER                     where the databases go for the time being; the temporary folder if not given
        """;

    private static readonly string[] Switches = ["--as-page", "--growth", "--pruning", "--returning"];
    private static readonly string[] Parts = ["null", "bare", "sqlite", "postgres", "start"];

    /// <summary>The role of a child process; null for the process that measures.</summary>
    internal string? Role { get; private init; }

    internal string Url { get; private init; } = "";

    internal string Gateway { get; private init; } = "";

    internal IReadOnlyList<string> Only { get; private init; } = [];

    internal IReadOnlyList<int> Shoppers { get; private init; } = [];

    internal IReadOnlyList<int> Delays { get; private init; } = [];

    internal IReadOnlyList<int> Sizes { get; private init; } = [];

    internal int Rounds { get; private init; }

    internal TimeSpan Window { get; private init; }

    internal TimeSpan WarmUp { get; private init; }

    internal bool AsPage { get; private init; }

    internal bool Growth { get; private init; }

    internal bool Pruning { get; private init; }

    internal bool Returning { get; private init; }

    internal string? Postgres { get; private init; }

    internal string? App { get; private init; }

    internal string? Against { get; private init; }

    internal string? Folder { get; private init; }

    /// <exception cref="FormatException">An invalid option; the message can be shown.</exception>
    internal static Options Read(string[] arguments)
    {
        Dictionary<string, string> given = new(StringComparer.Ordinal);
        for (int at = 0; at < arguments.Length; at++)
        {
            bool isSwitch = Switches.Contains(arguments[at], StringComparer.Ordinal);
            given[arguments[at]] = isSwitch
                ? "" : at + 1 < arguments.Length ? arguments[++at] : throw UsageError($"{arguments[at]} needs a value.");
        }

        bool isPruning = Take("--pruning") is not null;
        bool isReturning = Take("--returning") is not null;
        Options options = new()
        {
            Role = Take("--role"),
            Url = Take("--urls") ?? "",
            Gateway = Take("--at") ?? "",
            Only = (Take("--only") ?? string.Join(',', Parts)).Split(','),
            Shoppers = Numbers("--shoppers", "1,16,64,256"),
            Delays = Numbers("--gateway", "0,50"),
            Sizes = Numbers("--sizes", isPruning ? "50000" : isReturning ? "20000" : "1000,100000,1000000"),
            Rounds = Math.Max(1, Numbers("--rounds", "4")[0]),
            Window = TimeSpan.FromSeconds(Numbers("--seconds", "4")[0]),
            WarmUp = TimeSpan.FromSeconds(Numbers("--warm-up", "20")[0]),
            AsPage = Take("--as-page") is not null,
            Growth = Take("--growth") is not null,
            Pruning = isPruning,
            Returning = isReturning,
            Postgres = Take("--postgres"),
            App = Take("--app"),
            Against = Take("--against"),
            Folder = Take("--folder"),
        };
        return given.Count > 0 ? throw UsageError($"{given.First().Key} is no option.")
            : options.Only.Except(Parts, StringComparer.Ordinal).Any() ? throw UsageError($"--only takes {string.Join(", ", Parts)}.")
            : options;

        string? Take(string name) => given.Remove(name, out string? value) ? value : null;

        int[] Numbers(string name, string otherwise) => [.. (Take(name) ?? otherwise).Split(',').Select(text =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                ? number : throw UsageError($"{name} takes numbers such as {otherwise}."))];
    }

    private static FormatException UsageError(string sentence) => new($"{sentence}\n\n{Usage}");
}
