using System.Data.Common;

namespace KhaltiCheckout.Storage;

/// <summary>Whether a read failed because of what stands in the row. A database that is away or busy says nothing about it.</summary>
internal static class RowFailures
{
    internal static bool IsOfRow(Exception failure) =>
        failure is not (OperationCanceledException or StoreBusyException) && !IsOfDatabase(failure);

    // Also where EF Core has wrapped it.
    private static bool IsOfDatabase(Exception? failure) =>
        failure is DbException or ObjectDisposedException || (failure is not null && IsOfDatabase(failure.InnerException));
}
