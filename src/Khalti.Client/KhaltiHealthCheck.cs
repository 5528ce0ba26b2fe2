using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Khalti.Client;

/// <summary>Which of Khalti's products a key is for.</summary>
public enum KhaltiProduct
{
    /// <summary>The widget and the older kits: token and verify.</summary>
    Widget,

    /// <summary>ePayment, KPG-2: payment links and lookup.</summary>
    EPayment,
}

/// <summary>
/// Asks Khalti about a payment that does not exist. Healthy when Khalti answers, unhealthy when it refuses the key, degraded when there
/// is no usable answer: the payments of that time are unknown, not lost.
/// </summary>
internal sealed class KhaltiHealthCheck(KhaltiClient client, KhaltiProduct product) : IHealthCheck
{
    private const string NoSuchPayment = "health-check";
    private static readonly Paisa SomeAmount = new(1000);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        product == KhaltiProduct.EPayment
            ? Judge(context, await client.LookupAsync(NoSuchPayment, cancellationToken).ConfigureAwait(false))
            : Judge(context, await client.GetStatusAsync(NoSuchPayment, SomeAmount, cancellationToken).ConfigureAwait(false));

    private static HealthCheckResult Judge<T>(HealthCheckContext context, Reply<T> reply) => reply switch
    {
        Reply<T>.Unknown { Why: UnknownReason.Unauthorized } => new(
            context.Registration.FailureStatus, "Khalti refuses the secret key."),
        Reply<T>.Unknown unknown => HealthCheckResult.Degraded($"Khalti gives no usable answer: {unknown.Why}."),
        _ => HealthCheckResult.Healthy("Khalti answers."),
    };
}

/// <summary>Registers the health check of a client.</summary>
public static class KhaltiHealthChecks
{
    /// <summary>Adds a check that asks Khalti about a payment that does not exist.</summary>
    /// <param name="checks">The builder.</param>
    /// <param name="product">The product that the client's key is for.</param>
    /// <param name="clientName">The name under which the client was registered.</param>
    /// <param name="checkName">The name of the check.</param>
    /// <param name="failureStatus">What a refused key is; unhealthy by default.</param>
    /// <param name="tags">Tags of the check.</param>
    /// <returns>The same builder.</returns>
    public static IHealthChecksBuilder AddKhalti(
        this IHealthChecksBuilder checks, KhaltiProduct product, string clientName = KhaltiClientRegistration.DefaultName,
        string checkName = "khalti", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(checks);
        return checks.Add(new HealthCheckRegistration(
            checkName,
            provider => new KhaltiHealthCheck(provider.GetRequiredKeyedService<KhaltiClient>(clientName), product),
            failureStatus, tags));
    }
}
