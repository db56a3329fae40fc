#include "ui/window/navigation.h"

#include <QListWidget>
#include <QPainter>
#include <QPainterPath>
#include <QStyledItemDelegate>

#include "ui/widgets/card.h"
#include "ui/widgets/set_up.h"
#include "ui/widgets/theme.h"

namespace dank::ui {

namespace {

constexpr int kWidth = 184;
constexpr int kRowHeight = 38;
constexpr int kStateRole = Qt::UserRole;

constexpr const char *kPageNames[kPageCount] = {"Dataset", "Features", "Train", "Evaluate", "Rate"};

QString stateName(PageState state)
{
    switch (state) {
    case PageState::Empty: return QStringLiteral("empty");
    case PageState::Busy: return QStringLiteral("busy");
    case PageState::Warning: return QStringLiteral("needs attention");
    case PageState::Done: return QStringLiteral("ready");
    }
    return {};
}

/// Ring, half disc, triangle or disc: told apart without their colours.
void drawDot(QPainter *painter, const QPointF &centre, PageState state, const Tokens &t)
{
    constexpr double kRadius = 4;
    switch (state) {
    case PageState::Empty:
        painter->setPen(QPen(t.muted, 1.4));
        painter->setBrush(Qt::NoBrush);
        painter->drawEllipse(centre, kRadius - 0.5, kRadius - 0.5);
        break;
    case PageState::Busy: {
        painter->setPen(QPen(t.accent, 1.4));
        painter->setBrush(Qt::NoBrush);
        painter->drawEllipse(centre, kRadius, kRadius);
        painter->setPen(Qt::NoPen);
        painter->setBrush(t.accent);
        const QRectF disc(centre.x() - kRadius, centre.y() - kRadius, 2 * kRadius, 2 * kRadius);
        painter->drawPie(disc, 90 * 16, 180 * 16);
        break;
    }
    case PageState::Warning: {
        QPainterPath triangle(centre + QPointF(0, -kRadius - 0.5));
        triangle.lineTo(centre + QPointF(kRadius + 1, kRadius));
        triangle.lineTo(centre + QPointF(-kRadius - 1, kRadius));
        triangle.closeSubpath();
        painter->setPen(Qt::NoPen);
        painter->setBrush(t.warn);
        painter->drawPath(triangle);
        break;
    }
    case PageState::Done:
        painter->setPen(Qt::NoPen);
        painter->setBrush(t.ok);
        painter->drawEllipse(centre, kRadius, kRadius);
        break;
    }
}

class PageDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override { return {kWidth, kRowHeight}; }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        const Tokens &t = tokensFor(option.palette);
        const bool chosen = option.state & QStyle::State_Selected;
        const QRect row = option.rect.adjusted(8, 1, -8, -1);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        if (chosen || (option.state & QStyle::State_MouseOver)) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(chosen ? t.accentSoft : t.sunken);
            painter->drawRoundedRect(row, 6, 6);
        }
        if ((option.state & QStyle::State_HasFocus) && (option.state & QStyle::State_KeyboardFocusChange)) {
            painter->setPen(QPen(t.accent, 1.5));
            painter->setBrush(Qt::NoBrush);
            painter->drawRoundedRect(QRectF(row).adjusted(0.75, 0.75, -0.75, -0.75), 6, 6);
        }
        const bool mirrored = option.direction == Qt::RightToLeft;
        const auto placed = [&](const QRect &part) { return QStyle::visualRect(option.direction, row, part); };
        const QRect picture(row.left() + 10, row.center().y() - 8, 18, 18);
        icon(QString::fromLatin1(kPageNames[index.row()]).toLower(), chosen ? t.accent : t.muted)
            .paint(painter, placed(picture));
        QFont font = fontFor(TextRole::Body);
        font.setWeight(chosen ? QFont::DemiBold : QFont::Medium);
        painter->setFont(font);
        painter->setPen(chosen ? t.text : t.muted);
        painter->drawText(placed(row.adjusted(37, 0, -30, 0)),
                          Qt::AlignVCenter | (mirrored ? Qt::AlignRight : Qt::AlignLeft),
                          index.data(Qt::DisplayRole).toString());
        const QRect dot(row.right() - 20, row.center().y() - 5, 12, 12);
        drawDot(painter, QRectF(placed(dot)).center(), static_cast<PageState>(index.data(kStateRole).toInt()), t);
        painter->restore();
    }
};

}  // namespace

QString pageName(Page page)
{
    return QString::fromLatin1(kPageNames[static_cast<int>(page)]);
}

Navigation::Navigation(QWidget *parent)
    : QWidget(parent), m_list(new QListWidget(this)),
      m_first(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this)),
      m_second(new TextLabel({}, static_cast<int>(TextRole::Caption), TextLabel::Tone::Muted, this))
{
    setFixedWidth(kWidth);
    setFocusProxy(m_list);
    m_list->setObjectName(QStringLiteral("navigation"));
    m_list->setAccessibleName(QStringLiteral("Pages"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setMouseTracking(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setItemDelegate(new PageDelegate(m_list));
    m_list->viewport()->setAutoFillBackground(false);
    for (int i = 0; i < kPageCount; ++i) {
        new QListWidgetItem(pageName(static_cast<Page>(i)), m_list);
        setState(static_cast<Page>(i), PageState::Empty);
    }
    m_list->setCurrentRow(0);

    auto *layout = newBox<QVBoxLayout>(2, this, {0, 9, 1, 14});
    layout->addWidget(m_list, 1);
    for (TextLabel *label : {m_first, m_second}) {
        label->setElided(true);
        label->setContentsMargins(18, 0, 12, 0);
        layout->addWidget(label);
    }
    connect(m_list, &QListWidget::currentRowChanged, this, [this](int row) {
        if (row >= 0)
            emit pageChosen(static_cast<Page>(row));
    });
}

void Navigation::setCurrent(Page page)
{
    m_list->setCurrentRow(static_cast<int>(page));
}

void Navigation::setState(Page page, PageState state)
{
    QListWidgetItem *item = m_list->item(static_cast<int>(page));
    item->setData(kStateRole, static_cast<int>(state));
    item->setData(Qt::AccessibleTextRole, QStringLiteral("%1, %2").arg(pageName(page), stateName(state)));
    item->setToolTip(
        QStringLiteral("%1: %2 (Ctrl+%3)").arg(pageName(page), stateName(state)).arg(static_cast<int>(page) + 1));
}

void Navigation::setCaption(const QString &first, const QString &second)
{
    m_first->setText(first);
    m_second->setText(second);
}

void Navigation::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokensFor(palette());
    QPainter painter(this);
    painter.fillRect(rect(), t.surface);
    const int x = layoutDirection() == Qt::RightToLeft ? 0 : width() - 1;
    painter.fillRect(QRect(x, 0, 1, height()), t.line);
}

}  // namespace dank::ui
