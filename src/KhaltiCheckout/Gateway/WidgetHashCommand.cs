using System.CommandLine;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Gateway;

/// <summary><c>widget-hash</c> on the command line: the hash of the script that Khalti serves now, for
/// Khalti:Widget:ScriptIntegrity.</summary>
internal static class WidgetHashCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    internal static Command Define(string[] settings)
    {
        Argument<Uri?> address = new("address")
        {
            Description = "Where the script is; without it, where the settings load it from.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = static result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? read) && read.Scheme is "http" or "https")
                {
                    return read;
                }

                result.AddError("The address must be a full one, such as https://khalti.com/script.js.");
                return null;
            },
        };
        Command hash =
            new(
                "widget-hash",
                "Print the hash of Khalti's script as it is served now, as the setting Khalti:Widget:ScriptIntegrity.") { address };
        hash.SetAction((given, cancellationToken) => RunAsync(given.GetValue(address), settings, cancellationToken));
        return hash;
    }

    private static async Task<int> RunAsync(Uri? address, string[] settings, CancellationToken cancellationToken)
    {
        using HttpClient http = new() { Timeout = Limit };
        return await ScriptIntegrity.PrintAsync(
            http, address ?? await ConfiguredAsync(settings), Console.Out, Console.Error, cancellationToken);
    }

    private static async Task<Uri> ConfiguredAsync(string[] settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(settings);
        builder.Services.AddGateway();
        await using WebApplication program = builder.Build();
        return new Uri(program.Services.GetRequiredService<IOptions<KhaltiOptions>>().Value.Widget.ScriptUrl!);
    }
}
