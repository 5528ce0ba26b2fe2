namespace KhaltiCheckout.Http;

/// <summary>
/// What the program was started with when it is to do something else than to serve: the words of a command, its options, and
/// settings, which have a colon in their names.
/// </summary>
/// <param name="Trouble">Why it can't be read; null when it can.</param>
internal sealed record CommandLine(
    IReadOnlyList<string> Words, IReadOnlyDictionary<string, string> Options, IReadOnlyList<string> Settings, string? Trouble)
{
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int WrongUsage = 2;

    internal const string Usage = """
        keys create --name <name> --scopes <scope,scope>   makes a key and prints it, once
        keys list                                          lists every key
        keys revoke <id>                                   ends a key at once
        backup <file> [--replace]                          copies the database whole, also while the shop serves
        Scopes are read, checkout, refund and admin. Settings such as --Database:ConnectionString=... may follow.
        """;

    private static readonly string[] HostSettings = ["--environment", "--contentRoot"];

    /// <summary>Whether there is a command at all: it begins with a word, which no setting is.</summary>
    internal static bool IsGiven(string[] arguments) =>
        arguments is [{ Length: > 0 } first, ..] && first[0] is not ('-' or '/') && !first.Contains('=', StringComparison.Ordinal);

    /// <param name="options">Those with a value.</param>
    /// <param name="flags">Those without.</param>
    internal static CommandLine Read(string[] arguments, string[] options, string[] flags)
    {
        List<string> words = [];
        List<string> settings = [];
        Dictionary<string, string> given = new(StringComparer.Ordinal);
        string? trouble = null;
        for (int position = 0; position < arguments.Length; position++)
        {
            string argument = arguments[position];
            if (!argument.StartsWith('-'))
            {
                words.Add(argument);
                continue;
            }

            string[] parts = argument.Split('=', 2);
            string? value = parts.Length == 2 ? parts[1]
                : flags.Contains(argument, StringComparer.Ordinal) ? ""
                : position + 1 < arguments.Length && !arguments[position + 1].StartsWith("--", StringComparison.Ordinal) ? arguments[++position]
                : null;
            if (value is null)
            {
                trouble ??= $"{parts[0]} wants a value.";
            }
            else if (parts[0].Contains(':', StringComparison.Ordinal) || HostSettings.Contains(parts[0], StringComparer.OrdinalIgnoreCase))
            {
                settings.Add($"{parts[0]}={value}");
            }
            else if ((!options.Contains(parts[0], StringComparer.Ordinal) && !flags.Contains(argument, StringComparer.Ordinal)) || !given.TryAdd(parts[0], value))
            {
                trouble ??= $"{parts[0]} is not known here, or is given twice.";
            }
        }

        return new CommandLine(words, given, settings, trouble);
    }

    /// <summary>Says what is wrong, and what would be right.</summary>
    internal static int Wrong(string? trouble)
    {
        Console.Error.WriteLine(trouble ?? "There is no such command, or something is missing or too much.");
        Console.Error.WriteLine(Usage);
        return WrongUsage;
    }
}
