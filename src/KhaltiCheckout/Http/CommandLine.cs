using System.CommandLine;
using System.CommandLine.Invocation;

namespace KhaltiCheckout.Http;

/// <summary>The program's commands. Without one it serves the shop, and all its arguments are settings.</summary>
internal static class CommandLine
{
    /// <summary>Exit codes.</summary>
    internal const int Done = 0;
    internal const int Failed = 1;
    internal const int WrongUsage = 2;

    private const string Description = """
        Khalti Checkout, a merchant's checkout for Khalti. Without a command it serves the shop.
        Settings may follow a command, as they may follow a plain start: --Khalti:Mode=Test, --Database:ConnectionString=...
        Exit codes of commands: 0 done, 1 not done, 2 wrong usage.
        """;

    private static readonly string[] HostSettings = ["--environment", "--contentRoot"];

    private static readonly string[] ProgramOptions = ["--help", "-h", "-?", "--version"];

    /// <summary>Whether the program was not started to serve: a command begins with a word, a setting never does.</summary>
    internal static bool IsGiven(string[] arguments) =>
        arguments.Any(ProgramOptions.Contains)
        || (arguments is [{ Length: > 0 } first, ..] && first[0] is not ('-' or '/') && !first.Contains('=', StringComparison.Ordinal));

    /// <summary>Runs the command and returns the exit code.</summary>
    /// <param name="arguments">Those of the program.</param>
    /// <param name="commands">Makes the commands for the settings that are among the arguments.</param>
    internal static async Task<int> RunAsync(string[] arguments, Func<string[], IEnumerable<Command>> commands)
    {
        (string[] words, string[] settings) = Split(arguments);
        RootCommand root = new(Description);
        foreach (Command command in commands(settings))
        {
            root.Add(command);
        }

        // An argument that begins with @ is a text like any other, not the name of a file with more arguments.
        ParseResult parsed = root.Parse(words, new ParserConfiguration { ResponseFileTokenReplacer = null });
        bool isWrong = parsed.Errors.Count > 0;
        if (parsed.Action is ParseErrorAction explanation)
        {
            explanation.ShowTypoCorrections = false; // it suggests -h for "all"
        }

        // Standard output is for what a script catches.
        int exitCode = await parsed.InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = isWrong ? Console.Error : Console.Out });
        return isWrong ? WrongUsage : exitCode;
    }

    // A setting has a colon in its name, or is one of the host's. Its value stands behind an equals sign or is the next argument.
    private static (string[] Words, string[] Settings) Split(string[] arguments)
    {
        List<string> words = [];
        List<string> settings = [];
        for (int position = 0; position < arguments.Length; position++)
        {
            string argument = arguments[position];
            string name = argument.Split('=', 2)[0];
            bool isSetting = name.StartsWith("--", StringComparison.Ordinal)
                && (name.Contains(':', StringComparison.Ordinal) || HostSettings.Contains(name, StringComparer.OrdinalIgnoreCase));
            if (isSetting && name.Length < argument.Length)
            {
                settings.Add(argument);
            }
            else if (isSetting && position + 1 < arguments.Length && !arguments[position + 1].StartsWith("--", StringComparison.Ordinal))
            {
                settings.Add($"{argument}={arguments[++position]}");
            }
            else
            {
                words.Add(argument);
            }
        }

        return ([.. words], [.. settings]);
    }
}
