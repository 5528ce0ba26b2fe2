using System.Data.Common;
using KhaltiCheckout.Shared;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace KhaltiCheckout.Storage;

/// <summary>Sees to it that EF Core, too, asks PostgreSQL for nothing but <see cref="StorageFormat.Text"/>.</summary>
internal sealed class TextSanitizer : DbCommandInterceptor
{
    public override InterceptionResult<DbDataReader> ReaderExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result) => Change(command, result);

    public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result,
        CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Change(command, result));

    public override InterceptionResult<int> NonQueryExecuting(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result) => Change(command, result);

    public override ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
        DbCommand command, CommandEventData eventData, InterceptionResult<int> result, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Change(command, result));

    private static T Change<T>(DbCommand command, T result)
    {
        foreach (DbParameter parameter in command.Parameters)
        {
            switch (parameter.Value)
            {
                case string text:
                    parameter.Value = StorageFormat.Text(text);
                    break;

                // What a list is looked up by.
                case IEnumerable<string> texts:
                    parameter.Value = texts.Select(StorageFormat.Text).ToArray();
                    break;
            }
        }

        return result;
    }
}
