using Microsoft.EntityFrameworkCore.Storage;

namespace KhaltiCheckout.Storage;

/// <summary>
/// EF Core's questions outside a write: one whose connection broke while it was idle is asked again. Inside a write it is
/// <see cref="PostgreSqlDatabase"/> that knows what was begun.
/// </summary>
internal sealed class AskAgain(ExecutionStrategyDependencies dependencies)
    : ExecutionStrategy(dependencies, MaxAttempts, maxRetryDelay: Moment)
{
    private const int MaxAttempts = 3;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(20);

    protected override void OnFirstExecution() => ExceptionsEncountered.Clear();

    protected override bool ShouldRetryOn(Exception exception) =>
        Dependencies.CurrentContext.Context.Database.CurrentTransaction is null && ExceptionsEncountered.Count < MaxAttempts
        && PostgreSqlErrors.IsLostConnection(exception);

    protected override TimeSpan? GetNextDelay(Exception lastException) => Moment;
}
