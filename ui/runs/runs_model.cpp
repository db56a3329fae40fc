#include "ui/runs/runs_model.h"

#include <algorithm>
#include <cmath>

#include <QFont>

#include "core/base/file.h"
#include "core/learn/settings_list.h"
#include "ui/charts/number_text.h"
#include "ui/runs/loss_card.h"
#include "ui/runs/run_text.h"
#include "ui/widgets/text_format.h"

namespace dank::ui {

namespace {

/// What is the same in all rows of a fixed column.
struct ColumnText {
    const char *key;  ///< lasting
    const char *title, *tip;
};
constexpr ColumnText kColumns[] = {
    {"run", QT_TR_NOOP("Run"), ""},
    {"locked", "", ""},
    {"state", QT_TR_NOOP("State"), ""},
    {"verdict", QT_TR_NOOP("Verdict"), ""},
    {"within", QT_TR_NOOP("Within"),
     QT_TR_NOOP("Spearman's rank correlation inside the groups, on memes that had no part in training")},
    {"spearman", QT_TR_NOOP("Spearman"),
     QT_TR_NOOP("Spearman's rank correlation over all memes that had no part in training")},
    {"r2", QT_TR_NOOP("R²"), QT_TR_NOOP("1 is perfect, 0 is what always predicting the mean has")},
    {"mae", QT_TR_NOOP("MAE"), QT_TR_NOOP("Mean absolute error of the dankness")},
    {"best", QT_TR_NOOP("Best"), ""},
    {"last", QT_TR_NOOP("Last"), ""},
    {"gain", QT_TR_NOOP("Against the mean"), QT_TR_NOOP("The best validation loss against always predicting the mean")},
    {"epochs_run", QT_TR_NOOP("Epochs"), ""},
    {"network", QT_TR_NOOP("Network"), ""},
    {"note", QT_TR_NOOP("Note"), ""},
};
static_assert(std::size(kColumns) == RunsModel::FixedCount);

QVariant alignmentOf(int column)
{
    const bool numeric = column >= RunsModel::Within && column <= RunsModel::Epochs;
    return QVariant(Qt::Alignment((numeric ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter));
}

/// A figure of the evaluation; nothing where it has none.
std::optional<double> figureAt(const RunRecord &run, int column)
{
    if (!run.figures)
        return std::nullopt;
    const RunFigures &figures = *run.figures;
    const std::optional<double> inOrder[] = {figures.spearmanWithin, figures.spearman, figures.r2, figures.mae};
    return inOrder[column - RunsModel::Within];
}

bool same(const RunRecord &a, const RunRecord &b)
{
    const auto equal = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
    return a.run == b.run && a.state == b.state && a.epochs == b.epochs && a.bestEpoch == b.bestEpoch
           && a.note == b.note && a.model == b.model && a.error == b.error && a.config == b.config
           && a.backbone == b.backbone && equal(a.bestValidationLoss, b.bestValidationLoss)
           && equal(a.lastValidationLoss, b.lastValidationLoss) && equal(a.meanPredictorLoss, b.meanPredictorLoss)
           && a.locked == b.locked && a.figures == b.figures && a.problem == b.problem;
}

}  // namespace

QColor runColour(const Tokens &tokens, std::int64_t run)
{
    const auto count = std::int64_t(tokens.runs.size());
    return tokens.runs[std::size_t(((run % count) + count) % count)];
}

Qt::PenStyle runStyle(std::int64_t run)
{
    constexpr Qt::PenStyle kStyles[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
    const std::int64_t positive = std::max<std::int64_t>(run, 0);
    return kStyles[std::size_t((positive + positive / std::int64_t(Tokens().runs.size())) % 4)];
}

RunsModel::RunsModel(QObject *parent) : QAbstractTableModel(parent)
{
    for (const Setting &setting : settingsList({})) {
        bool numeric = false;
        QString::fromStdString(setting.value).toDouble(&numeric);
        m_keys << QString::fromStdString(setting.key);
        m_numeric.push_back(numeric);
    }
}

RunsModel::Details RunsModel::detailsOf(const RunRecord &run) const
{
    Details details;
    const bool readable = run.problem.empty();
    for (const Setting &setting : settingsList(run.config)) {
        details.values << (readable ? QString::fromStdString(setting.value) : QString());
        if (!readable)
            continue;
        details.settings << QString::fromStdString(setting.key + '=' + setting.value).toLower();
    }
    for (int column = 0; column < FixedCount; ++column)
        details.words += text(run, column) + QLatin1Char('\n');
    details.words += QString::fromStdString((readable ? run.config.preset : "") + '\n' + run.dataset);
    details.words = details.words.toLower();
    return details;
}

void RunsModel::setRuns(const std::vector<RunRecord> &runs)
{
    // Gone rows first, from the end; then what is left is in the same order as the new list, newest first.
    std::set<std::int64_t> stay;
    for (const RunRecord &run : runs)
        stay.insert(run.run);
    bool untick = false;
    for (int row = int(m_runs.size()) - 1; row >= 0; --row) {
        const auto number = m_runs[std::size_t(row)].run;
        if (stay.contains(number))
            continue;
        beginRemoveRows({}, row, row);
        m_runs.erase(m_runs.begin() + row);
        m_details.erase(m_details.begin() + row);
        endRemoveRows();
        untick = m_ticked.erase(number) > 0 || untick;
    }
    for (std::size_t i = 0; i < runs.size(); ++i) {
        if (i < m_runs.size() && m_runs[i].run == runs[i].run) {
            setRun(runs[i]);
        } else if (rowOf(runs[i].run) >= 0) {
            // Another order than before: take it over whole.
            beginResetModel();
            m_runs = runs;
            m_details.clear();
            for (const RunRecord &run : m_runs)
                m_details.push_back(detailsOf(run));
            endResetModel();
            break;
        } else {
            beginInsertRows({}, int(i), int(i));
            m_runs.insert(m_runs.begin() + std::ptrdiff_t(i), runs[i]);
            m_details.insert(m_details.begin() + std::ptrdiff_t(i), detailsOf(runs[i]));
            endInsertRows();
        }
    }
    if (untick)
        emit tickedChanged();
}

void RunsModel::setRun(const RunRecord &run)
{
    const int row = rowOf(run.run);
    if (row < 0 || same(m_runs[std::size_t(row)], run))
        return;
    m_runs[std::size_t(row)] = run;
    m_details[std::size_t(row)] = detailsOf(run);
    emit dataChanged(index(row, 0), index(row, columnCount() - 1));
}

void RunsModel::setTokens(const Tokens &tokens)
{
    if (m_tokens == &tokens)
        return;
    m_tokens = &tokens;
    if (!m_runs.empty())
        emit dataChanged(index(0, 0), index(int(m_runs.size()) - 1, columnCount() - 1));
}

void RunsModel::setShownRun(std::int64_t run)
{
    if (run == m_shown)
        return;
    const int rows[] = {rowOf(std::exchange(m_shown, run)), rowOf(run)};
    for (const int row : rows)
        if (row >= 0)
            emit dataChanged(index(row, Run), index(row, Run));
    if (!m_ticked.empty())
        emit tickedChanged();  // what they are compared with is another
}

std::vector<std::int64_t> RunsModel::ticked() const
{
    std::vector<std::int64_t> list;
    for (const RunRecord &run : m_runs)
        if (m_ticked.contains(run.run))
            list.push_back(run.run);
    return list;
}

void RunsModel::setTicked(std::int64_t run, bool ticked)
{
    const int row = rowOf(run);
    if (row >= 0)
        setData(index(row, Run), ticked ? Qt::Checked : Qt::Unchecked, Qt::CheckStateRole);
}

QString RunsModel::columnKey(int column) const
{
    return column < FixedCount ? QString::fromLatin1(kColumns[column].key) : m_keys.value(column - FixedCount);
}

std::set<int> RunsModel::differingColumns(std::vector<int> rows) const
{
    std::set<int> columns;
    std::erase_if(rows, [this](int row) { return !m_runs[std::size_t(row)].problem.empty(); });
    for (const int row : rows)
        for (int i = 0; i < m_keys.size(); ++i)
            if (m_details[std::size_t(row)].values[i] != m_details[std::size_t(rows.front())].values[i])
                columns.insert(FixedCount + i);
    return columns;
}

int RunsModel::rowOf(std::int64_t run) const
{
    const auto found = std::ranges::find(m_runs, run, &RunRecord::run);
    return found == m_runs.end() ? -1 : int(found - m_runs.begin());
}

const RunRecord *RunsModel::record(std::int64_t run) const
{
    const int row = rowOf(run);
    return row < 0 ? nullptr : &m_runs[std::size_t(row)];
}

int RunsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_runs.size());
}

int RunsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : FixedCount + int(m_keys.size());
}

QString RunsModel::text(const RunRecord &run, int column) const
{
    switch (column) {
    case Run: return tr("run %1").arg(run.run);
    case Locked: return run.locked ? tr("locked") : QString();
    case State: return run.problem.empty() ? runStateText(run.state) : tr("unreadable");
    case Verdict: return run.figures ? QString::fromUtf8(verdictWords(run.figures->verdict)) : QString();
    case Within:
    case Spearman:
    case R2: return figureText(figureAt(run, column), 2);
    case Mae: return figureText(figureAt(run, column), 3);
    case Network:
        return run.problem.empty() && run.config.preset == "paper"
                   ? tr("%1, paper preset").arg(shortBackbone(run.backbone))
                   : shortBackbone(run.backbone);
    case Epochs:
        return run.state == RunState::Done || !run.problem.empty()
                   ? groupedNumber(run.epochs)
                   : tr("%1 / %2").arg(groupedNumber(run.epochs), groupedNumber(run.config.epochs));
    case BestLoss: return run.bestEpoch > 0 ? lossText(run.bestValidationLoss, 3) : QString();
    case LastLoss: return run.epochs > 0 ? lossText(run.lastValidationLoss, 3) : QString();
    case Gain: return gainText(gainOf(run));
    case Note: return QString::fromStdString(printable(run.note)).simplified();
    default: return {};
    }
}

QVariant RunsModel::sortKey(int row, int column) const
{
    const RunRecord &run = m_runs[std::size_t(row)];
    // NaN compares to nothing and would leave the order to chance; what is not there is invalid and always last.
    const auto number = [](const std::optional<double> &value) {
        return value && !std::isnan(*value) ? QVariant(*value) : QVariant();
    };
    switch (column) {
    case Run: return qint64(run.run);
    case Locked: return run.locked ? 0 : 1;
    case Verdict: return run.figures ? QVariant(int(run.figures->verdict)) : QVariant();
    case Within:
    case Spearman:
    case R2:
    case Mae: return number(figureAt(run, column));
    case Epochs: return run.epochs;
    case BestLoss: return number(run.bestEpoch > 0 ? std::optional(run.bestValidationLoss) : std::nullopt);
    case LastLoss: return number(run.epochs > 0 ? std::optional(run.lastValidationLoss) : std::nullopt);
    case Gain: return number(gainOf(run));
    default: break;
    }
    if (column < FixedCount) {
        const QString words = text(run, column).toLower();
        return words.isEmpty() ? QVariant() : QVariant(words);
    }
    const QString &value = m_details[std::size_t(row)].values[column - FixedCount];
    return m_numeric[std::size_t(column - FixedCount)] ? QVariant(value.toDouble()) : QVariant(value);
}

QVariant RunsModel::colour(const RunRecord &run, int column) const
{
    const Tokens &tokens = *m_tokens;
    if (column == Gain && gainOf(run))
        return *gainOf(run) >= 0.005 ? tokens.ok : tokens.muted;
    if (column == Verdict && run.figures)
        return run.figures->verdict == VerdictKind::LearnedSomething ? tokens.ok
               : run.figures->verdict == VerdictKind::NoEvidence     ? tokens.bad
               : run.figures->verdict == VerdictKind::TooFewRows     ? tokens.muted
                                                                     : tokens.warn;
    if (column == State)
        return run.state == RunState::Failed || !run.problem.empty()                 ? tokens.bad
               : run.state == RunState::Paused || run.state == RunState::Interrupted ? tokens.warn
               : run.state == RunState::Running                                      ? tokens.accent
                                                                                     : tokens.muted;
    return {};
}

QString RunsModel::toolTip(const RunRecord &run, int column) const
{
    switch (column) {
    case State: return plainToolTip(QString::fromStdString(run.problem.empty() ? run.error : run.problem));
    case Network: return plainToolTip(QString::fromStdString(run.backbone));
    case Run:
        return plainToolTip(tr("Started %1 on %2. The tick draws its validation loss on the chart.")
                                .arg(QString::fromStdString(run.created), QString::fromStdString(run.dataset)));
    case Locked:
        return run.locked ? tr("Locked: it is neither trashed, deleted nor gone on with. Click to unlock.")
                          : tr("Click to lock.");
    case Verdict: return run.figures ? QString() : tr("Not judged, or by an older version: evaluate it.");
    case BestLoss: return run.bestEpoch > 0 ? tr("Epoch %1").arg(run.bestEpoch) : QString();
    case Note:
        return run.note.empty() ? tr("F2 writes a note")
                                : plainToolTip(QString::fromStdString(printableLines(run.note)));
    default: return {};
    }
}

QVariant RunsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const int column = index.column();
    const RunRecord &run = m_runs[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        if (column == Locked)
            return {};  // an icon
        return column < FixedCount ? text(run, column)
                                   : m_details[std::size_t(index.row())].values[column - FixedCount];
    case Qt::AccessibleTextRole: return column == Locked ? text(run, column) : QVariant();
    case Qt::EditRole: return column == Note ? QString::fromStdString(run.note) : data(index, Qt::DisplayRole);
    case SortRole: return sortKey(index.row(), column);
    case NumberRole: return qint64(run.run);
    case Qt::TextAlignmentRole: return alignmentOf(column);
    case Qt::CheckStateRole:
        return column == Run && run.epochs > 0 ? QVariant(m_ticked.contains(run.run) ? Qt::Checked : Qt::Unchecked)
                                               : QVariant();
    case Qt::DecorationRole:
        if (column == Run)
            return dotPixmap(runColour(*m_tokens, run.run), 9, 2);
        if (column == Locked && run.locked)
            return icon(QStringLiteral("lock"), m_tokens->text);
        return {};
    case Qt::FontRole:
        if (column == Run && run.run == m_shown) {
            QFont bold;
            bold.setBold(true);
            return bold;
        }
        return {};
    case Qt::ForegroundRole: return colour(run, column);
    case Qt::ToolTipRole: return toolTip(run, column);
    default: return {};
    }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return alignmentOf(section);
    const bool fixed = section < FixedCount;
    if (role == Qt::ToolTipRole && fixed && *kColumns[section].tip)
        return tr(kColumns[section].tip);
    if (role == Qt::AccessibleTextRole && section == Locked)
        return tr("Lock");
    if (role != Qt::DisplayRole)
        return {};
    return fixed ? tr(kColumns[section].title)
                 : QString(m_keys[section - FixedCount]).replace(QLatin1Char('_'), QLatin1Char(' '));
}

Qt::ItemFlags RunsModel::flags(const QModelIndex &index) const
{
    Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    if (index.isValid()) {
        flags |= Qt::ItemNeverHasChildren;
        if (index.column() == Note)
            flags |= Qt::ItemIsEditable;
        if (index.column() == Run && m_runs[std::size_t(index.row())].epochs > 0)
            flags |= Qt::ItemIsUserCheckable;
    }
    return flags;
}

bool RunsModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return false;
    RunRecord &run = m_runs[std::size_t(index.row())];
    if (role == Qt::CheckStateRole && index.column() == Run && run.epochs > 0) {
        if (value.toInt() == Qt::Checked)
            m_ticked.insert(run.run);
        else
            m_ticked.erase(run.run);
        emit dataChanged(index, index);
        emit tickedChanged();
        return true;
    }
    if (role != Qt::EditRole || index.column() != Note)
        return false;
    const QString note = value.toString().simplified().left(500);
    run.note = note.toStdString();
    m_details[std::size_t(index.row())] = detailsOf(run);
    emit dataChanged(index, index);
    emit noteEdited(run.run, note);
    return true;
}

}  // namespace dank::ui
