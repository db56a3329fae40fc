#pragma once

#include <QWidget>

class QMenu;
class QPushButton;

namespace dank::ui {

class Chip;

/// The row under the menus: Open…, the one primary button, Export, and what is always true at the right end.
class TopBar : public QWidget {
    Q_OBJECT
public:
    explicit TopBar(QMenu *exportMenu, QWidget *parent = nullptr);

    /// The next sensible step; an empty text hides the button.
    void setPrimary(const QString &text, const QString &iconName, bool enabled, const QString &why);
    /// Wears the accent only while the page shows no primary button of its own: there is one at a time.
    void yieldTo(const QWidget &page);
    void setDevice(const QString &text);
    /// Whether the one network connection that the program ever opens is open.
    void setDownloading(bool downloading);

signals:
    void openClicked();
    void primaryClicked();
    void deviceClicked();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void recolour();

    QPushButton *m_open;
    QPushButton *m_primary;
    QPushButton *m_export;
    Chip *m_offline;
    Chip *m_device;
    QString m_primaryIcon;
    bool m_downloading = false;
};

}  // namespace dank::ui
