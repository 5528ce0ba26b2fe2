using System.Globalization;

namespace KhaltiCheckout.KillTest;

/// <summary>The command-line options: <c>--seconds 120 --shoppers 200 --lost 0.3 --kill-every 4</c>, and for PostgreSQL
/// <c>--postgres "Host=...;Database=..." --processes 2</c>: an empty database, and how many shops share it. With
/// <c>--lost-tokens 0.1</c> a tenth of the tokens never reach the shop, after Khalti has taken the money.</summary>
internal sealed record Settings(
    int Seconds, int Shoppers, double Lost, int KillEvery, string? Postgres, int Processes, double LostTokens)
{
    internal static Settings Read(string[] arguments)
    {
        Dictionary<string, string> given = arguments.Chunk(2)
            .ToDictionary(pair => pair[0], pair => pair.Length == 2 ? pair[1] : throw Usage(), StringComparer.Ordinal);
        given.Remove("--postgres", out string? postgres);
        Settings settings = new(
            (int)ReadOption(given, "--seconds", 120), (int)ReadOption(given, "--shoppers", 200), ReadOption(given, "--lost", 0.3),
            (int)ReadOption(given, "--kill-every", 4),
            postgres, (int)ReadOption(given, "--processes", 1), ReadOption(given, "--lost-tokens", 0));
        return given.Count == 0 && settings.Processes >= 1 && settings.LostTokens <= 1 ? settings : throw Usage();
    }

    private static double ReadOption(Dictionary<string, string> given, string name, double defaultValue) =>
        !given.Remove(name, out string? text) ? defaultValue
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= 0 ? value
        : throw Usage();

    private static FormatException Usage() =>
        new("Usage: [--seconds 120] [--shoppers 200] [--lost 0.3] [--kill-every 4] [--postgres connection-string] [--processes 1] "
            + "[--lost-tokens 0]");
}
